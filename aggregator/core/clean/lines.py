"""What a block's own markup shows: whether it may be cut, and whether it is a link and little else."""

from __future__ import annotations

import re

from aggregator.core.passages import Block
from aggregator.model import Place

LINKED = re.compile("<a(?: [^<>]*)?>(.*?)</a>", re.DOTALL)
TAG = re.compile("<[^<>]*>")
# Less text than this beside a list of links is no text that they stand under.
PROSE = 120  # bytes, so that a character of Hangul or Han counts three
# Text in a cell, a caption, a quotation or code is the author's whatever it says.
_NEVER = re.compile(r"<(?:td|th|pre|figcaption|dt|dd|code|caption|blockquote|summary)\b")
_DATE_OR_LABEL = 40  # characters beside the link in a line of a list of articles


def is_cuttable(html: str, block: Block) -> bool:
    """Whether a block may be boilerplate, as far as its element tells."""
    if _NEVER.match(html, block.start):
        # A row of one cell is no table but the layout of a letter.
        return html.endswith("<tr>", 0, block.start) and html.startswith("</tr>", block.end)
    return block.passage.place is not Place.CAPTION


def is_link_line(html: str, block: Block) -> bool:
    """Whether a block is a link with at most a date or a label beside it."""
    if block.passage.place is Place.LINK:
        return True
    part = html[block.start : block.end]
    links = "".join(TAG.sub("", link) for link in LINKED.findall(part))
    if len(block.passage.text) - len(links) > _DATE_OR_LABEL:
        return False
    # In bytes, as a date beside a headline of Han is longer than what it says.
    return 2 * len(links.encode()) > len(block.passage.text.encode())
