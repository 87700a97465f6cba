"""A seeded corpus of feeds: the same numbers give the same bytes on every machine.

A third of the bodies carry what a cleaner has to cut; the others only pixels, tracking links and
inline styles. Words are invented, so that no two entries are taken for the same story.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from html import escape

START = datetime(2025, 2, 4, 8, 0, tzinfo=UTC)

# Names that say the company wherever they stand, in any program's eyes.
COMPANIES = {
    "samsung": "Samsung",
    "openai": "OpenAI",
    "huawei": "Huawei",
    "heineken": "Heineken",
    "bosch": "Bosch",
    "sanyo": "Sanyo",
    "geberit": "Geberit",
    "walmart": "Walmart",
    "flipkart": "Flipkart",
    "globalwafers": "GlobalWafers",
    "kontron": "Kontron",
    "deutsche-telekom": "Deutsche Telekom",
}

_SHARE = (
    '<div class="social-share"><a href="https://share.example/f?u=x">Share on Facebook</a> '
    '<a href="https://share.example/x?u=x">Tweet</a></div>'
)
_RELATED = (
    '<div class="related-posts"><h3>Related articles</h3><ul><li><a href="/a">One</a></li>'
    '<li><a href="/b">Two</a></li><li><a href="/c">Three</a></li></ul></div>'
)
_WIDGET = (
    '<div class="newsletter-signup"><form action="/s"><input name="mail"><button>Go</button></form></div>'
)
_NOTICE = "<p><em>This article was generated with the help of artificial intelligence.</em></p>"
_PIXEL = '<img src="https://pixel.example/p.gif?id={id}" width="1" height="1" alt="">'


@dataclass(frozen=True)
class Shape:
    """How large the corpus is."""

    sources: int = 300
    entries: int = 30
    seed: int = 1

    @property
    def total(self) -> int:
        """Entries in all feeds."""
        return self.sources * self.entries

    @property
    def moving(self) -> int:
        """Feeds that have one new entry in their second edition: 2 %."""
        return max(1, self.sources // 50)


@cache
def _words(seed: int) -> tuple[str, ...]:
    chance = random.Random(seed)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il", "on")]
    return tuple("".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(4000))


def document(shape: Shape, source: int, edition: int = 0) -> tuple[str, bytes]:
    """A feed's media type and bytes; edition 1 begins with an entry that edition 0 has not."""
    newest = shape.entries + edition
    numbers = range(newest - 1, newest - 1 - shape.entries, -1)
    items = [_entry(shape, source, number) for number in numbers]
    if source % 2:
        return "application/atom+xml", _atom(source, items)
    return "application/rss+xml", _rss(source, items)


@dataclass(frozen=True)
class _Item:
    key: str
    url: str
    title: str
    at: datetime
    html: str


def _entry(shape: Shape, source: int, number: int) -> _Item:
    chance = random.Random(f"{shape.seed}/{source}/{number}")
    words = _words(shape.seed)
    named = chance.sample(sorted(COMPANIES.values()), 2) if chance.random() < 0.6 else []
    title = " ".join([*(named[:1]), *chance.choices(words, k=7)]).capitalize()
    if named:
        title = named[0] + title[len(named[0]) :]
    url = f"https://site{source}.example/{number}?utm_source=rss&utm_medium=feed"
    at = START - timedelta(hours=source % 24, minutes=source // 24) + timedelta(minutes=7 * number)
    return _Item(f"site{source}-{number}", url, title, at, _body(chance, words, named, url))


def _body(chance: random.Random, words: tuple[str, ...], named: list[str], url: str) -> str:
    wanted = chance.randint(900, 3300)
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < wanted:
        text = chance.choices(words, k=chance.randint(25, 60))
        if named and chance.random() < 0.5:
            text.insert(chance.randrange(5, 20), chance.choice(named))
        text[3] = f'<a href="https://other.example/{text[3]}?utm_campaign=c&amp;fbclid=z9">{text[3]}</a>'
        paragraphs.append(f'<p style="margin:0;color:#333">{" ".join(text).capitalize()}.</p>')
    if named:
        paragraphs.insert(0, f"<p>{named[0]} {' '.join(chance.choices(words, k=15))}.</p>")
    if chance.random() < 1 / 3:
        paragraphs += [_SHARE, chance.choice((_RELATED, _WIDGET, _NOTICE))]
    return "".join(paragraphs) + _PIXEL.format(id=escape(url[:20]))


def _rss(source: int, items: list[_Item]) -> bytes:
    parts = [
        f'<item><guid isPermaLink="false">{one.key}</guid><title>{escape(one.title)}</title>'
        f"<link>{escape(one.url)}</link><pubDate>{format_datetime(one.at, usegmt=True)}</pubDate>"
        f"<description><![CDATA[{one.html}]]></description></item>"
        for one in items
    ]
    head = (
        f"<title>Site {source}</title><link>https://site{source}.example/</link><description>-</description>"
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(parts)}</channel></rss>'.encode()


def _atom(source: int, items: list[_Item]) -> bytes:
    parts = [
        f"<entry><id>tag:site{source}.example,2025:{one.key}</id><title>{escape(one.title)}</title>"
        f'<link href="{escape(one.url)}"/><published>{one.at.isoformat()}</published>'
        f"<updated>{one.at.isoformat()}</updated>"
        f'<content type="html">{escape(one.html)}</content></entry>'
        for one in items
    ]
    head = (
        f"<id>tag:site{source}.example,2025:feed</id><title>Site {source}</title>"
        f'<link href="https://site{source}.example/"/><author><name>Site</name></author>'
        f"<updated>{items[0].at.isoformat()}</updated>"
    )
    text = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{"".join(parts)}</feed>'
    return text.encode()
