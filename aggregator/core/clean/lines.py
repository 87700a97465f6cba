"""What a block's own markup shows: whether it may be cut, whether it is links and little else, and whose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from html import unescape

from aggregator.core.clean.rules import CleanRules
from aggregator.core.passages import Block
from aggregator.model import Place

LINKED = re.compile("<a(?: [^<>]*)?>(.*?)</a>", re.DOTALL)
TAG = re.compile("<[^<>]*>")
# Less text than this beside a list of links is no text that they stand under.
PROSE = 120  # bytes, so that a character of Hangul or Han counts three
# Text in a cell, a caption, a quotation or code is the author's whatever it says.
_NEVER = re.compile(r"<(?:td|th|pre|figcaption|dt|dd|code|caption|blockquote|summary)\b")
HREF = re.compile('<a (?:[^<>]* )?href="([^"]*)"')
_SCHEME = re.compile(r"https?://(?:www\.)?")
# Where a site's own system lists what it filed under a word.
_SHELF = re.compile(
    r"[^?#]*/(?:tags?|tagi|tagged|topics?|noticias-sobre|rubri(?:k|que|ca)s?|dossiers?|mots?-cles?|stichwort|tema|etikett(?:er)?|categor(?:y|ies|ie|ia)|kategori(?:e|a|er)?|taxonomy/term|labels?|keywords?|themen?|thema|schlagwort|specials?|sujets?"
    r"|etiquetas?|categorias?|temas?|argomenti|assuntos?|onderwerp(?:en)?|trefwoord)/[^?#]+\Z|[^?#]*/\?(?:cat|tag)=[^&#]+\Z"
)
_MAX_SHELF = 40  # characters of its name
MAX_OFFER_LABEL = 60  # characters of the label of a link that offers
# A paragraph that is one emphasis: how an editor's insertion is set apart from the text around it.
APART = re.compile(
    r"<(?:p|div|li|h[2-6])\b[^<>]*>\s*<(em|i|strong|b|small|a|u)\b[^<>]*>.*</\1>\W*</(?:p|div|li|h[2-6])>\Z",
    re.DOTALL,
)
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


def hosts_of(urls: Iterable[str]) -> frozenset[str]:
    """The hosts of URLs as ``bare_urls`` gives them."""
    return frozenset(url.partition("/")[0] for url in urls)


def bare_urls(part: str) -> tuple[str, ...]:
    """The targets of the links of some HTML, in lower case and without scheme and "www."."""
    return tuple(_SCHEME.sub("", url.lower()) for url in HREF.findall(part))


def link_texts(part: str) -> tuple[str, ...]:
    """What the links of some HTML say."""
    return tuple(" ".join(unescape(TAG.sub("", link)).split()) for link in LINKED.findall(part))


def are_shelves(part: str) -> bool:
    """Whether all links of some HTML, one or more, lead to what a site has filed under a word."""
    first = HREF.search(part)
    return (
        first is not None
        and _SHELF.match(first[1].lower()) is not None
        and all(_SHELF.match(url.lower()) for url in HREF.findall(part))
        and all(len(text) <= _MAX_SHELF for text in link_texts(part))
    )


def is_name_of_host(name: str, hosts: frozenset[str]) -> bool:
    """Whether a site that is called by name is the one host: "Lindow Móvil" is lindowmovil.example."""
    if len(hosts) != 1:
        return False
    letters = "".join(filter(str.isalnum, unicodedata.normalize("NFKD", name.lower())))
    (host,) = hosts
    return len(letters) > 2 and (
        letters in host.replace("-", "").split(".") or letters == host.replace(".", "").replace("-", "")
    )


def leads_to_offers(part: str, rules: CleanRules) -> bool:
    """Whether the links of a block, one or more, all lead to where a site's offers do."""
    urls = bare_urls(part)
    return bool(urls) and all(rules.offer_urls.match(url) for url in urls)
