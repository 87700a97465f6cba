"""An entry of a feed that sends summaries only, with the text of its article's own page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aggregator.core import extract, text
from aggregator.core.clean import CleanRules
from aggregator.model import Document, RawEntry


def with_page(
    raw: RawEntry, page: Document, rules: CleanRules, zones: Mapping[str, str], max_bytes: int
) -> RawEntry:
    """The entry with the page's text as its body; as it was where the page does not say more.

    Everything else stays as the feed sent it, the fingerprint too: by it the next poll knows the entry
    as sent again. A text of more than max_bytes is not taken.
    """
    found = extract.extract(page, rules, zones)
    if len(found.body.encode("utf-8", "replace")) > max_bytes:
        return raw
    if len(text.plain(found.body, found.body_type)) <= len(text.plain(raw.body, raw.body_type)):
        return raw
    return replace(raw, body=found.body, body_type=found.body_type)
