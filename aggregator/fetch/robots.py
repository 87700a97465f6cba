"""What each site's robots.txt says, asked once a day."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aggregator.core.robots import MAX_BYTES, Rules, parse
from aggregator.model import Fetched, FetchResult, Trouble

AGENT = "aggregator"
# RFC 9309 §2.4: not used for longer than a day. A site that could not be asked is asked again soon.
_KEPT_SECONDS = 24 * 3600.0
_UNREACHABLE_SECONDS = 600.0
_MOST_SITES = 2000


class Robots:
    """The rules of the sites asked lately."""

    def __init__(self, get: Callable[[str, int], Awaitable[FetchResult]]) -> None:
        """Fetch robots.txt through get, which takes its URL and the most bytes to read."""
        self._get = get
        self._sites: OrderedDict[str, tuple[float, asyncio.Future[Rules | None]]] = OrderedDict()

    async def forbids(self, url: str) -> str | None:
        """Why a page may not be read, in words; None: it may."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return "only http and https pages are read"
        site = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
        rules = await self._rules(site)
        if rules is None:
            return f"{parts.hostname}: its robots.txt cannot be read, so its pages are left alone for now"
        return None if rules.allow(url) else f"{parts.hostname}: its robots.txt asks not to read this page"

    async def _rules(self, site: str) -> Rules | None:
        loop = asyncio.get_running_loop()
        kept = self._sites.get(site)
        if kept is None or kept[0] <= loop.time():
            # Pages of one site come together: the first asks, the others wait for its answer.
            future: asyncio.Future[Rules | None] = asyncio.ensure_future(self._ask(site))
            self._sites[site] = (loop.time() + _KEPT_SECONDS, future)
            self._sites.move_to_end(site)
            if len(self._sites) > _MOST_SITES:
                self._sites.popitem(last=False)
        else:
            future = kept[1]
        rules = await asyncio.shield(future)
        if rules is None and self._sites.get(site, (0.0, None))[1] is future:
            until = min(self._sites[site][0], loop.time() + _UNREACHABLE_SECONDS)
            self._sites[site] = (until, future)
        return rules

    async def _ask(self, site: str) -> Rules | None:
        """The site's rules; None: they cannot be known, so everything is forbidden (RFC 9309 §2.3.1)."""
        result = await self._get(f"{site}/robots.txt", MAX_BYTES)
        if isinstance(result, Fetched):
            return parse(result.document.body.decode("utf-8", "replace"), AGENT)
        status = getattr(result, "status", None)
        if status is not None and 400 <= status < 500 and status != 429:
            return Rules()  # "unavailable": there are no rules
        if getattr(result, "trouble", None) is Trouble.SERVER and status is None:
            return Rules()  # an empty file
        return None
