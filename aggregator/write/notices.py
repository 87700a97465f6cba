"""The notices that people read: which, in what order, in which words. Every format takes them from here."""

from __future__ import annotations

from html import escape

from aggregator.core.text import fold, xml_safe
from aggregator.model import CompanyTag, Disclosure, DisclosureKind, Entry, Origin, TopicFeed
from aggregator.write.addresses import web_iri
from aggregator.write.grammar import language_tag
from aggregator.write.vocabulary import KIND_LABELS, ORIGIN_LABELS, TAGGING

_MAX_SHORT_NOTICE = 300  # characters of the republisher's words in a subtitle
_KIND_ORDER = {kind: place for place, kind in enumerate(DisclosureKind)}
_ORIGIN_ORDER = {origin: place for place, origin in enumerate(Origin)}


def statements(entry: Entry, notice: str) -> tuple[Disclosure, ...]:
    """All that is disclosed of an entry: the article's first, then the source's, the republisher's last.

    Within an origin they go by kind, in the order of DisclosureKind. ``notice`` is the republisher's own
    disclaimer; it is left out where it is empty or where the entry already holds it.
    """
    found = sorted(
        entry.disclosures,
        key=lambda item: (_ORIGIN_ORDER[item.origin], _KIND_ORDER[item.kind], item.text, item.language or ""),
    )
    own = republisher(notice)
    if own and not any(item.origin is Origin.REPUBLISHER and item.text == own.text for item in found):
        found.append(own)
    return tuple(found)


def republisher(notice: str) -> Disclosure | None:
    """The republisher's own disclaimer as a disclosure; None where there is none."""
    if not notice.strip():
        return None
    return Disclosure(DisclosureKind.REPUBLISHER, notice.strip(), Origin.REPUBLISHER)


def content(entry: Entry, disclosed: tuple[Disclosure, ...], position: str) -> str:
    """The HTML of an entry with its notices at the ``position``: top, bottom, or off.

    Never empty: an entry without a body shows its summary, or else its title.
    """
    body = entry.article.html.strip()
    if not body:
        body = f"<p>{escape(entry.article.summary.strip() or heading(entry))}</p>"
    notes = "" if position == "off" else paragraphs(disclosed)
    joined = f"{notes}<hr>{body}" if position == "top" else f"{body}<hr>{notes}"
    return safe(joined if notes else body)


def paragraphs(disclosed: tuple[Disclosure, ...]) -> str:
    """The notices as HTML, a paragraph each, with no tag or attribute that a reader would strip.

    One sentence often says several things ("by AI, not reviewed"): it is shown once, under all of them.
    """
    grouped: dict[tuple[Origin, str], list[Disclosure]] = {}
    for item in disclosed:
        grouped.setdefault((item.origin, fold(item.text)), []).append(item)
    return "".join(_paragraph(said) for said in grouped.values())


def _paragraph(said: list[Disclosure]) -> str:
    label = ", ".join(dict.fromkeys(escape(KIND_LABELS[item.kind]) for item in said))
    words = escape(fold(said[0].text))
    language = language_tag(said[0].language)
    if words and language:
        words = f'<span lang="{language}">{words}</span>'
    if words:
        words = f": {words}"
    licences = (web_iri(item.uri) for item in said if item.kind is DisclosureKind.LICENCE)
    terms = "".join(f' <a href="{escape(target)}">{escape(target)}</a>' for target in licences if target)
    return f"<p><small><b>{label}</b>{words}{terms} <i>({ORIGIN_LABELS[said[0].origin]})</i></small></p>"


def heading(entry: Entry) -> str:
    """A title that is never empty, which RFC 4287 §4.1.2 asks of an entry and a reader of us."""
    article = entry.article
    candidates = (article.title, article.summary[:120], entry.source.name, entry.source.slug)
    return next((title for title in map(one_line, candidates) if title), "Untitled")


def safe(value: str) -> str:
    """XML-safe text; most is plain ASCII, which is told apart without a search for what is forbidden."""
    return value if value.isascii() and value.isprintable() else xml_safe(value)


def one_line(value: str) -> str:
    """XML-safe text on one line."""
    return fold(safe(value))


def description(feed: TopicFeed) -> str:
    """What a topic is, in a sentence: the operator's own, or made from the expression."""
    own = one_line(feed.topic.description or "")
    if own:
        return own
    if feed.topic.match.strip() == "*":
        return "Every entry of every source."
    return f"Entries that match: {one_line(feed.topic.match)}."


def subtitle(feed: TopicFeed) -> str:
    """What the topic is, how it was tagged, and the republisher's disclaimer in short."""
    return " ".join(filter(None, (description(feed), TAGGING, shortened(feed.notice))))


def shortened(notice: str) -> str:
    """The first words of the republisher's disclaimer, ended at a blank where it is long."""
    words = one_line(notice)
    if len(words) <= _MAX_SHORT_NOTICE:
        return words
    return words[:_MAX_SHORT_NOTICE].rsplit(" ", 1)[0] + " …"


def feed_rights(feed: TopicFeed) -> str:
    """The rights in a feed that holds others' work (RFC 4287 §4.2.10)."""
    head = "Every entry remains the property of its publisher; its own rights and source are stated with it."
    return " ".join(filter(None, (head, one_line(feed.notice))))


def rights(entry: Entry) -> str:
    """The rights in an entry: its own, else its source's, else empty."""
    return one_line(entry.rights or "") or one_line(entry.source.rights or "")


def author(entry: Entry) -> str:
    """Who wrote it: the article's author, else its source."""
    return (
        one_line(entry.article.author or "") or one_line(entry.source.name) or entry.source.slug or "Unknown"
    )


def company_name(tag: CompanyTag, feed: TopicFeed) -> str:
    """A company's display name, its slug where it has none."""
    return one_line(feed.company_names.get(tag.company, "")) or tag.company
