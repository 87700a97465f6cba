"""IndexPage and TopicFeed -> HTML pages for people: index.html, and a page per topic."""

from __future__ import annotations

import marshal
import re
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from shlex import quote
from typing import Final

import jinja2
from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from aggregator.core.text import xml_safe
from aggregator.core.urls import without_credentials
from aggregator.model import CompanyTag, IndexPage, Mention, SourceHealth, TopicFeed
from aggregator.write import notices
from aggregator.write.addresses import published_name, published_url, web_iri
from aggregator.write.grammar import language_tag
from aggregator.write.parts import Parts
from aggregator.write.vocabulary import (
    FEED_NAMES,
    FEED_TYPES,
    HEALTH_FEED,
    KIND_LABELS,
    ORIGIN_LABELS,
    TAGGING,
    WHAT_TO_DO,
)

# A whole tag of nh3's output: attribute values may hold "<" and ">" there, but always stand in double quotes.
_TAG: Final = re.compile(r"<(/?[a-z][a-z0-9]*)((?:[^>\"]|\"[^\"]*\")*)>")
_ALTERED: Final = re.compile(r"<(?:img|/?h[1-6])")  # what no part of most articles is
_HEADING: Final = re.compile(r"(/?)h[1-6]\Z")
# Where a page is cut into its parts. No words of others hold it: they are XML-safe when they come here.
_CUT: Final = "\0"
_MOST_EVIDENCE: Final = 8  # lines of explanation for a tag

_STATE_WORDS: Final = {
    SourceHealth.OK: "Healthy",
    SourceHealth.NEW: "Not polled yet",
    SourceHealth.FAILING: "Failing",
    SourceHealth.POSTPONED: "Postponed",
    SourceHealth.PAUSED: "Paused",
}
_WORST_FIRST: Final = (
    SourceHealth.PAUSED,
    SourceHealth.FAILING,
    SourceHealth.POSTPONED,
    SourceHealth.NEW,
    SourceHealth.OK,
)


def write_index(page: IndexPage) -> Parts:
    """index.html: topics with their feeds and latest headlines, and how the sources are.

    What stands in place of stories are the fresh topics. Nothing of a healthy source that moves at each
    poll is shown: the bytes change only with the news.
    """
    by_need = sorted(
        page.sources, key=lambda status: (_WORST_FIRST.index(status.state), status.name.casefold())
    )
    tally = [
        (words.lower(), sum(status.state is state for status in page.sources))
        for state, words in _STATE_WORDS.items()
    ]
    rendered = _render(
        "index.html",
        page=page,
        names=page.company_names,
        by_need=by_need,
        tally=[(words, count) for words, count in tally if count],
    )
    return _cut(rendered)


def write_topic_page(feed: TopicFeed) -> Parts:
    """<slug>.html: a topic as a readable page, with the reasons for every company tag."""
    return _cut(_render("topic.html", feed=feed, names=feed.company_names, base_url=feed.base_url))


def _cut(page: str) -> Parts:
    head, *stories, empty, foot = map(_bytes, page.split(_CUT))
    return Parts(head, tuple(stories), foot, empty=empty)


class Kept(BytecodeCache):
    """Compiled templates, kept from one process to the next: compiling them takes longer than a page."""

    def __init__(self, load: Callable[[str], bytes | None], keep: Callable[[str, bytes], None]) -> None:
        """Take what finds a template's copy by its name, and what keeps it."""
        self._load = load
        self._keep = keep

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket where there is a copy made of just this template by just this program."""
        head, _, body = (self._load(bucket.key) or b"").partition(b"\n")
        if head == self._head(bucket, body):
            bucket.code = marshal.loads(body)  # noqa: S302  # kept by us, in a folder of ours

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        body = marshal.dumps(bucket.code)
        self._keep(bucket.key, self._head(bucket, body) + b"\n" + body)

    def _head(self, bucket: Bucket, body: bytes) -> bytes:
        made_by = (jinja2.__version__, sys.version, bucket.checksum)
        return sha256(repr(made_by).encode() + body).hexdigest().encode()


def keep_templates(kept: Kept) -> None:
    """From now on, read compiled templates from there instead of compiling them."""
    _environment().bytecode_cache = kept


@cache
def _environment() -> Environment:
    """The templates, compiled once: they are part of the program, like its code."""
    environment = Environment(
        loader=PackageLoader("aggregator", "data/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        instant=_instant,
        iso=_iso,
        web=web_iri,
        line=notices.one_line,
        shell=_shell,
        company=_company,
        name_of=published_name,
        lang=_lang,
        for_page=_for_page,
    )
    environment.globals.update(
        FEED_TYPES=FEED_TYPES,
        FEED_NAMES=FEED_NAMES,
        KIND_LABELS=KIND_LABELS,
        ORIGIN_LABELS=ORIGIN_LABELS,
        STATE_WORDS=_STATE_WORDS,
        WHAT_TO_DO=WHAT_TO_DO,
        HEALTH_FEED=HEALTH_FEED,
        TAGGING=TAGGING,
        CUT=_CUT,
        published_url=published_url,
        notices=notices,
        evidence=_evidence,
    )
    return environment


@cache
def _style() -> _Style:
    """The one style sheet, and the hash by which the page's policy allows it and nothing else."""
    source, _, _ = PackageLoader("aggregator", "data/templates").get_source(_environment(), "style.css")
    digest = b64encode(sha256(source.encode()).digest()).decode()
    return _Style(Markup(source), f"sha256-{digest}")  # noqa: S704  # our own file


@dataclass(frozen=True, slots=True)
class _Style:
    text: Markup
    digest: str


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(style=_style(), **values)


def _bytes(text: str) -> bytes:
    return xml_safe(text).encode("utf-8")


def _instant(value: datetime) -> str:
    """An instant for people: ``4 Feb 2025, 12:00 UTC``. Absolute, since a relative one would need a clock."""
    return f"{value.day} {value:%b %Y, %H:%M} UTC"


def _iso(value: datetime) -> str:
    return value.replace(microsecond=0).isoformat()


def _company(slug: str, names: Mapping[str, str]) -> str:
    return notices.one_line(names.get(slug, "")) or slug


def _shell(value: str) -> str:
    """An argument as it can be pasted into a shell."""
    return quote(notices.one_line(without_credentials(value)))


def _lang(language: str | None) -> Markup:
    """`` lang="ko"`` for an article's words; nothing where the language is not known."""
    known = language_tag(language)
    return Markup(f' lang="{known}"') if known else Markup()  # noqa: S704  # letters, digits and hyphens


def _evidence(tag: CompanyTag) -> tuple[Mention, ...]:
    """The accepted mentions behind a tag, one for each alias and place, in reading order."""
    first: dict[tuple[str, str], Mention] = {}
    for mention in tag.mentions:
        if mention.accepted:
            first.setdefault((mention.alias.casefold(), mention.evidence.place.value), mention)
    return tuple(first.values())[:_MOST_EVIDENCE]


def _for_page(html: str) -> Markup:
    """Cleaned article HTML for inside one of our pages.

    Pictures load only when they come into view, and headings go below those of the page. Safe because
    every stored article has passed the sanitizer, the last step of cleaning.
    """
    html = notices.safe(html)
    if not _ALTERED.search(html):
        return Markup(html)  # noqa: S704  # sanitized by core.clean
    return Markup(_TAG.sub(_page_tag, html))  # noqa: S704  # sanitized by core.clean


def _page_tag(tag: re.Match[str]) -> str:
    name, rest = tag[1], tag[2]
    heading = _HEADING.match(name)
    if heading:
        return f"<{heading[1]}h{min(6, max(3, int(name[-1]) + 1))}{rest}>"
    if name == "img" and "loading=" not in rest:
        return f'<img loading="lazy"{rest}>'
    return tag[0]
