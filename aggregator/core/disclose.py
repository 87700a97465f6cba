"""Article -> the article without its notices, and what they disclose, each with its own words.

What makes a notice is data (data/disclosures/; docs/disclosures.md tells how it is decided). Precision
comes first: a notice stands at a border of the article, in a caption or under a heading of its own, and
speaks of this very text in the article's own voice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final
from urllib.parse import urlsplit

from aggregator.core.notice_place import borders, is_cited, is_headline, labelled_lines, naming_us, of_its_own
from aggregator.core.notice_reading import Finding, Reader, is_filler, is_heading, read_mark
from aggregator.core.notice_text import bare, sentences
from aggregator.core.notices import Cut, NoticeRules, Scope, compile_notices
from aggregator.core.passages import Block, blocks, passages
from aggregator.model import Article, Disclosure, DisclosureKind, Evidence, Origin, Passage, Place, RawEntry

__all__ = ["DECLARABLE", "NoticeRules", "compile_notices", "declared", "disclose"]

MAX_NOTICE = 2500  # characters of a block that may go as a whole
MAX_RIGHTS = 4000  # characters of an entry's rights that are read
MAX_TAIL = 1500  # characters of a body's end where a line stands that cleaning takes away
MAX_PASSES = 25  # a notice that was behind another one comes to the border when that is cut

SOURCE_TYPE_LABEL: Final = "digitalSourceType:"
"""How a page's IPTC or schema.org digital source type stands among the labels of a RawEntry."""

DECLARABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "ai": ("generated", "assisted", "human"),
    "reviewed": ("yes", "no"),
    "sponsored": ("true", "false"),
    "press_release": ("true", "false"),
    "advice": ("none",),
    "liability": (),
    "licence": (),
    "text": (),
}
"""What feeds.yaml may declare of a source: key -> its values; none named: any text (or, licence, a URI)."""

_DECLARED: Final = {
    ("ai", "generated"): DisclosureKind.AI_GENERATED,
    ("ai", "assisted"): DisclosureKind.AI_ASSISTED,
    ("ai", "human"): DisclosureKind.HUMAN,
    ("reviewed", "yes"): DisclosureKind.REVIEWED,
    ("reviewed", "no"): DisclosureKind.NOT_REVIEWED,
    ("sponsored", "true"): DisclosureKind.SPONSORED,
    ("press_release", "true"): DisclosureKind.PRESS_RELEASE,
    ("advice", "none"): DisclosureKind.NOT_ADVICE,
}
_SOURCE_TYPE = re.compile(
    r"""digitalSourceType["']?\s*(?::|=|\scontent=|>)\s*["']?(?:https?://[^\s"'<>]*/)?([A-Za-z]{5,60})""",
    re.IGNORECASE,
)


def disclose(article: Article, raw: RawEntry, rules: NoticeRules) -> tuple[Article, tuple[Disclosure, ...]]:
    """Take the notices out of an article and say what they disclose (origin ARTICLE).

    Blocks that are nothing but notice leave html, passages and summary; a statement amid the author's
    words is told and left where it is, except at either end of a paragraph. No text is ever added, and
    disclosing again cuts nothing more. Statements are in reading order, those of the metadata last;
    identical ones are told once, and none displaces another, even where they contradict.
    """
    found = [
        _statement(article.title, each, Place.TITLE, rules)
        for each in read_mark(article.title, Scope.TITLE, rules)
    ]
    found += _of_author(article, rules)
    reader = Reader(rules)
    for _ in range(MAX_PASSES):
        told, html = _pass(article, reader)
        found += told
        if html == article.html:
            break
        article = replace(
            article,
            html=html,
            passages=passages(article.title, html),
            summary=_without(article.summary, told),
        )
    found += _of_metadata(raw, rules)
    found += _of_lines(raw.body[-MAX_TAIL:], rules, {each.kind for each in found})
    return article, _once(found)


def declared(values: Mapping[str, str], rules: NoticeRules) -> tuple[Disclosure, ...]:
    """What the operator knows of a source, as disclosures of origin SOURCE.

    Takes the pairs of ``disclosure:`` in feeds.yaml; DECLARABLE holds those that mean something, others
    give nothing (it is configuration's to refuse them). ``text`` holds the operator's own words: they
    replace the default words of every kind named beside them, or else stand as a liability notice.
    """
    kinds = [_DECLARED[pair] for pair in values.items() if pair in _DECLARED]
    own = values.get("text", "").strip()
    result = [_by_source(kind, own or rules.texts[kind], rules) for kind in kinds]
    if words := values.get("liability", "").strip():
        result.append(_by_source(DisclosureKind.LIABILITY, words, rules))
    if uri := values.get("licence", "").strip():
        words = rules.texts[DisclosureKind.LICENCE]
        result.append(Disclosure(DisclosureKind.LICENCE, words, Origin.SOURCE, "en", uri))
    if own and not result:
        result.append(Disclosure(DisclosureKind.LIABILITY, own, Origin.SOURCE))
    return _once(result)


def _by_source(kind: DisclosureKind, words: str, rules: NoticeRules) -> Disclosure:
    language = "en" if words == rules.texts[kind] else None
    return Disclosure(kind, words, Origin.SOURCE, language, rules.uris.get(kind))


@dataclass(frozen=True, slots=True)
class _Notice:
    """A block with something to disclose."""

    at: int
    findings: tuple[Finding, ...]
    whole: bool


def _pass(article: Article, reader: Reader) -> tuple[list[Disclosure], str]:
    """The statements at the article's borders, and its html without those that can be cut."""
    given = [each for each in article.passages if each.place is not Place.TITLE]
    headline = article.title or (given[0].text if given and article.html.startswith("<h1") else "")
    lined = "<br" in article.html and any(
        reader.read(given[at].text, given[at].place) for at in borders(given)
    )
    likely = _notices(given, headline, reader)
    if given and not lined and not likely:
        return [], article.html
    found = blocks(article.html)
    if given != (given := [block.passage for block in found]):
        likely = _notices(given, headline, reader)
    notices = [each for each in likely if _is_said(article.html, found, each, reader.rules)]
    told = [
        _statement(block.passage.text, each, Place.TITLE, reader.rules)
        for block in found
        if is_headline(article.html, block)
        for each in read_mark(block.passage.text, Scope.TITLE, reader.rules)
    ]
    for notice in notices:
        told += _statements(given[notice.at], notice, reader.rules)
    known = {(notice.at, each.rule.kind) for notice in notices for each in notice.findings}
    told += [
        _statement(given[at].text, each, given[at].place, reader.rules)
        for at in (borders(given) if lined else ())
        for each in labelled_lines(article.html, found, at, reader)
        if (at, each.rule.kind) not in known
    ]
    return told, _cut(article.html, found, notices, reader.rules)


def _notices(given: Sequence[Passage], headline: str, reader: Reader) -> list[_Notice]:
    """The blocks with something to disclose, of all passages but the title."""
    result: list[_Notice] = []
    places = borders(given)
    if not reader.may_say(given[at].text for at in places):
        return result
    for at in places:
        passage = given[at]
        block = reader.read(passage.text, passage.place)
        if block is None:
            continue
        findings = block.firm
        if block.may_follow:
            beside = bool(result) and result[-1].at == at - 1 and result[-1].whole
            heading = at > 0 and is_heading(given[at - 1].text, reader.rules)
            if findings or beside or heading or block.is_headed:
                findings += block.loose
        findings = of_its_own(given, at, headline, findings, reader)
        running = passage.place is not Place.CAPTION
        whole = running and _is_whole(passage.text, findings, reader.rules)
        if running and not whole:
            findings = naming_us(passage.text, findings, reader.rules.languages)
        if findings:
            result.append(_Notice(at, findings, whole))
    return result


def _is_said(html: str, found: tuple[Block, ...], notice: _Notice, rules: NoticeRules) -> bool:
    """Is a notice the article's own statement, no headline and no words that are shown?"""
    opens = any(Scope.OPENING in each.rule.scopes and each.rule.cut is Cut.BLOCK for each in notice.findings)
    return not is_headline(html, found[notice.at]) and not is_cited(html, found, notice.at, opens, rules)


def _is_whole(text: str, findings: tuple[Finding, ...], rules: NoticeRules) -> bool:
    """Is a block notice from end to end?"""
    if len(text) > MAX_NOTICE:
        return False
    if any(finding.rule.cut is Cut.BLOCK for finding in findings):
        return True
    notice = {(each.start, each.end) for each in findings if each.rule.cut is not Cut.NONE}
    if not notice:
        return False
    said = [(0, len(text))] if (0, len(text)) in notice else None
    return said is not None or all(
        sentence.span in notice or is_filler(sentence, rules) for sentence in sentences(text)
    )


def _statements(passage: Passage, notice: _Notice, rules: NoticeRules) -> list[Disclosure]:
    """One statement a kind: the first sentence that shows it and those of its kind or of none after it."""
    order = sorted(notice.findings, key=lambda each: (each.start, each.end))
    first: dict[DisclosureKind, Finding] = {}
    words: dict[DisclosureKind, list[tuple[int, int]]] = {}
    for finding in order:
        first.setdefault(finding.rule.kind, finding)
        words.setdefault(finding.rule.kind, []).append((finding.start, finding.end))
    if notice.whole:
        _add_fillers(passage.text, order, words)
    return [
        replace(
            _statement(passage.text, finding, passage.place, rules),
            text=_joined(passage.text, words[kind]),
        )
        for kind, finding in first.items()
    ]


def _add_fillers(text: str, order: list[Finding], words: dict[DisclosureKind, list[tuple[int, int]]]) -> None:
    """Give every sentence that says nothing of its own to the statement before it, so that none is lost."""
    spans = {(each.start, each.end): each.rule.kind for each in order}
    if (0, len(text)) in spans:
        return
    kind = order[0].rule.kind
    for sentence in sentences(text):
        span = sentence.span
        kind = spans.get(span, kind)
        if span not in spans:
            words[kind].append(span)


def _joined(text: str, spans: Iterable[tuple[int, int]]) -> str:
    given = sorted(set(spans))
    whole = (0, len(text))
    joined = " ".join(text[start:end] for start, end in ([whole] if whole in given else given))
    start, end = bare(joined)
    return joined[start:end].strip()


def _statement(text: str, finding: Finding, place: Place, rules: NoticeRules) -> Disclosure:
    kind = finding.rule.kind
    quote = text[finding.start : finding.end]
    start, end = bare(quote)
    return Disclosure(
        kind=kind,
        text=quote[start:end].strip(),
        origin=Origin.ARTICLE,
        language=finding.language,
        uri=_licence_uri(quote, rules) if kind is DisclosureKind.LICENCE else rules.uris.get(kind),
        evidence=Evidence(place, quote, finding.rule.id, finding.start, finding.end),
    )


def _cut(html: str, found: tuple[Block, ...], notices: list[_Notice], rules: NoticeRules) -> str:
    """The html without whole notices, their headings, and notices at either end of a paragraph."""
    gone = {notice.at for notice in notices if notice.whole}
    for at in sorted(gone, reverse=True):
        while at > 0 and at - 1 not in gone and is_heading(found[at - 1].passage.text, rules):
            at -= 1
            gone.add(at)
    mixed = {notice.at: notice for notice in notices if not notice.whole}
    for at in range(len(found) - 1, -1, -1):
        block = found[at]
        if at in gone:
            html = _tidy(html, block.start, block.end)
        elif at in mixed and block.passage.place is not Place.CAPTION:
            inner = _trim(html[block.start : block.end], block.passage.text, mixed[at], rules)
            html = html[: block.start] + inner + html[block.end :]
    return html


_EMPTY = re.compile(r"<([a-z][a-z0-9]*)(?: [^<>]*)?>\s*\Z")


def _tidy(html: str, start: int, end: int) -> str:
    """Cut a span and the elements that then hold nothing."""
    while match := _EMPTY.search(html, max(0, start - 300), start):
        closing = f"</{match[1]}>"
        after = end + len(html[end:]) - len(html[end:].lstrip()) if html[end : end + 1].isspace() else end
        if not html.startswith(closing, after):
            break
        start, end = match.start(), after + len(closing)
    return html[:start] + html[end:]


def _trim(part: str, text: str, notice: _Notice, rules: NoticeRules) -> str:
    """A paragraph without the notices that it begins or ends with, where they hold no tag."""
    spans = {(each.start, each.end) for each in notice.findings if each.rule.cut is Cut.SENTENCE}
    said = list(sentences(text))
    ours = [each.span in spans for each in said]
    for at in range(1, len(said)):
        ours[at] = ours[at] or (ours[at - 1] and is_filler(said[at], rules))
    head = next((at for at, mine in enumerate(ours) if not mine), len(ours))
    tail = next((at for at, mine in enumerate(reversed(ours)) if not mine), len(ours))
    for sentence in said[:head] + said[len(said) - tail :]:
        words = escape(text[sentence.start : sentence.end], quote=False)
        if part.count(words) == 1:
            at = part.index(words)
            part = _tidy(part, at, at + len(words))
    return re.sub(r"(?:\s|<br>)+(?=</[a-z0-9]+>\Z|\Z)", "", part)


def _without(summary: str, told: Iterable[Disclosure]) -> str:
    """A summary without the statements that were found in the body."""
    for each in told:
        if each.evidence and each.evidence.place is not Place.CAPTION:
            summary = summary.replace(each.evidence.quote, "")
    return " ".join(summary.split())


def _of_author(article: Article, rules: NoticeRules) -> list[Disclosure]:
    """What the name in the byline says; an agency's own site does not take its texts from elsewhere."""
    name = article.author or ""
    host = urlsplit(article.url or "").netloc.lower()
    return [
        _statement(name, each, Place.LABEL, rules)
        for each in read_mark(name, Scope.AUTHOR, rules)
        if each.rule.kind is not DisclosureKind.SYNDICATED or name.lower() not in host
    ]


def _of_metadata(raw: RawEntry, rules: NoticeRules) -> list[Disclosure]:
    """What labels, rights, licence and the marked-up metadata of the body say."""
    result: list[Disclosure] = []
    for label in raw.labels:
        if label.startswith(SOURCE_TYPE_LABEL):
            result += _source_type(label.removeprefix(SOURCE_TYPE_LABEL), rules)
        else:
            result += [
                _statement(label, each, Place.LABEL, rules) for each in read_mark(label, Scope.TAG, rules)
            ]
    if "igitalSource" in raw.body or "igitalsource" in raw.body:
        for match in _SOURCE_TYPE.finditer(raw.body):
            result += _source_type(match[1], rules)
    if raw.rights:
        rights = raw.rights[:MAX_RIGHTS]
        said = Reader(rules).read(rights, Place.LABEL)
        result += [_statement(rights, each, Place.LABEL, rules) for each in (said.firm if said else ())]
    if raw.licence:
        result.append(_licence(raw.licence))
    return result


def _of_lines(tail: str, rules: NoticeRules, known: set[DisclosureKind]) -> list[Disclosure]:
    """What lines that cleaning takes away say at a body's end, of the kinds that nothing else tells of."""
    result: list[Disclosure] = []
    for line in rules.lines:
        if line.kind not in known and (words := line.said(tail)):
            evidence = Evidence(Place.LABEL, words, f"line.{line.kind.value}", 0, len(words))
            uri = rules.uris.get(line.kind)
            result.append(Disclosure(line.kind, words, Origin.ARTICLE, line.lang, uri, evidence))
    return result


def _source_type(value: str, rules: NoticeRules) -> list[Disclosure]:
    """An IPTC digital source type, as URI or bare code; one that says nothing of AI gives nothing."""
    name = value.strip().rstrip("/").rpartition("/")[2]
    kind = rules.source_types.get(name.lower())
    if kind is None:
        return []
    evidence = Evidence(Place.LABEL, value.strip(), "metadata.digital-source-type", 0, len(value.strip()))
    uri = "http://cv.iptc.org/newscodes/digitalsourcetype/" + name
    return [Disclosure(kind, rules.texts[kind], Origin.ARTICLE, "en", uri, evidence)]


def _licence(uri: str) -> Disclosure:
    uri = uri.strip()
    evidence = Evidence(Place.LABEL, uri, "metadata.licence", 0, len(uri))
    return Disclosure(DisclosureKind.LICENCE, uri, Origin.ARTICLE, None, uri, evidence)


_URL = re.compile(r"https?://[^\s<>\"'）)\]]+")


def _licence_uri(text: str, rules: NoticeRules) -> str | None:
    """The address of the licence that a statement names; None where it names none."""
    for match in _URL.finditer(text):
        if rules.licences.search(match[0]):
            return match[0].rstrip(".,;")
    named = re.search(r"\bCC[ -]?(BY(?:-(?:NC-SA|NC-ND|NC|SA|ND))?)[ -]?([1-4]\.0)", text, re.IGNORECASE)
    return f"https://creativecommons.org/licenses/{named[1].lower()}/{named[2]}/" if named else None


def _once(found: Iterable[Disclosure]) -> tuple[Disclosure, ...]:
    """Identical statements once, in the order in which they were first made."""
    kept: dict[tuple[DisclosureKind, str, Origin, str | None], Disclosure] = {}
    for each in found:
        words = " ".join(each.text.split()).casefold()
        uri = each.uri if each.kind is DisclosureKind.LICENCE else None
        kept.setdefault((each.kind, words, each.origin, uri), each)
    return tuple(kept.values())
