"""Article pages for sources that send summaries only: few, polite, and never for long."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

from aggregator.fetch.http import Fetcher
from aggregator.model import Document, Fetched, Packed

PAGES_A_CYCLE = 200
PAGES_A_SOURCE = 20  # the first of its document; older entries keep their summary
PAGE_BYTES = 1024 * 1024
SECONDS_A_SOURCE = 30.0


class Pages:
    """Fetches the pages of one cycle's new entries."""

    def __init__(self, fetcher: Fetcher) -> None:
        """Nothing is fetched yet."""
        self._fetcher = fetcher
        self._left = PAGES_A_CYCLE

    async def of(self, entries: Sequence[Packed]) -> Mapping[str, Document]:
        """The pages of a source's new entries, by the entries' keys.

        What robots.txt forbids, fails, is too large or does not come in time is left out.
        """
        pages: dict[str, Document] = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_A_SOURCE):
                for entry in entries[:PAGES_A_SOURCE]:
                    url = entry.columns.get("url")
                    if not isinstance(url, str) or not self._left:
                        continue
                    self._left -= 1
                    found = await self._fetcher.get_page(url)
                    if isinstance(found, Fetched) and len(found.document.body) <= PAGE_BYTES:
                        pages[entry.key] = found.document
        return pages
