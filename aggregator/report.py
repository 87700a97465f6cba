"""What the commands print: the answer first, then the detail; the same facts as JSON."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what is printed is made elsewhere: a command pays for no module but its own
    from aggregator.jobs.cycle import CycleReport
    from aggregator.jobs.overview import Explanation, Verdict
    from aggregator.jobs.preview import Preview, PreviewEntry
    from aggregator.model import CompanyTag, Disclosure, Entry, Mention, Setup, SourceStatus, TopicSummary
    from aggregator.store.feeds import Shown


class FactsFormatter(logging.Formatter):
    """A log line is an event with its facts: ``key=value`` pairs, or one JSON object."""

    def __init__(self, as_json: bool) -> None:
        """Choose the form: JSON for machines, else text."""
        super().__init__()
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """Write one line; a traceback follows on lines of its own, or as a key in JSON."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        if self.as_json:
            facts = {"at": at, "level": record.levelname.lower(), "event": record.getMessage()}
            if record.exc_info:
                facts["traceback"] = self.formatException(record.exc_info)
            return json.dumps(facts, ensure_ascii=False)
        line = f"{at} {record.levelname.lower()} {record.getMessage()}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def configure_logging(log_format: str, verbose: bool) -> None:
    """Send the program's log lines to standard error; libraries only when they warn."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FactsFormatter(as_json=log_format == "json"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("aggregator").setLevel(logging.DEBUG if verbose else logging.INFO)


def instant(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the second; None stays None."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def print_json(document: object) -> None:
    """Write one JSON document to standard output."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table: drawn on a terminal, tab-separated lines elsewhere."""
    if not sys.stdout.isatty():
        for row in rows:
            print("\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*heads, title=title, title_justify="left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # Text: a headline's brackets are no markup
    Console().print(table)


# --- try ------------------------------------------------------------------------------------------


def preview_document(preview: Preview) -> dict[str, object]:
    """The JSON of ``aggregator try``."""
    return {
        "url": preview.url,
        "format": preview.format,
        "entries": [_preview_entry(entry) for entry in preview.entries],
        "refused": [{"id": refusal.key, "why": refusal.why} for refusal in preview.refusals],
        "feeds": list(preview.feed_urls),
    }


def _preview_entry(entry: PreviewEntry) -> dict[str, object]:
    article = entry.draft.article
    return {
        "id": entry.draft.raw.key,
        "title": article.title,
        "url": article.url,
        "author": article.author,
        "column": article.section,
        "published": instant(article.published),
        "updated": instant(article.updated),
        "language": article.language,
        "reading_minutes": article.reading_minutes,
        "summary": article.summary,
        "content_html": article.html,
        "companies": [tag_document(tag) for tag in entry.draft.tags],
        "rejected": [mention_document(mention) for mention in entry.mentions if not mention.accepted],
        "disclosures": [_disclosure(found) for found in entry.draft.disclosures],
        "topics": list(entry.topics),
    }


def tag_document(tag: CompanyTag) -> dict[str, object]:
    """A company tag with its mentions."""
    mentions = [mention_document(mention) for mention in tag.mentions]
    return {
        "company": tag.company,
        "score": round(tag.score, 3),
        "primary": tag.primary,
        "mentions": mentions,
    }


def mention_document(mention: Mention) -> dict[str, object]:
    """One match of an alias: where it stands and why it counts or does not."""
    evidence = mention.evidence
    return {
        "company": mention.company,
        "alias": mention.alias,
        "where": evidence.place,
        "quote": evidence.quote,
        "rule": evidence.rule,
        "accepted": mention.accepted,
        "reason": mention.reason,
    }


def _disclosure(found: Disclosure) -> dict[str, object]:
    return {"kind": found.kind, "text": found.text, "origin": found.origin, "language": found.language}


def match_counts(tag: CompanyTag) -> list[dict[str, object]]:
    """How often each alias of a tag matched in each place."""
    counts: dict[tuple[str, str], int] = {}
    for mention in tag.mentions:
        at = (mention.alias, mention.evidence.place.value)
        counts[at] = counts.get(at, 0) + 1
    return [{"alias": alias, "where": where, "count": count} for (alias, where), count in counts.items()]


def print_preview(preview: Preview) -> None:
    """Write what each entry would become."""
    print(f"{preview.url}: {preview.format}, {_count(len(preview.entries), 'entry', 'entries')}")
    for url in preview.feed_urls:
        print(f"  this page names a feed: aggregator try {url}")
    for entry in preview.entries:
        _print_entry(entry)
    for refusal in preview.refusals:
        print(f"\nrefused {refusal.key}: {refusal.why}")


def _print_entry(entry: PreviewEntry) -> None:
    article = entry.draft.article
    head = [instant(article.published) or "no date", article.language or "language unknown"]
    head += [part for part in (article.author, article.section, f"{article.reading_minutes} min") if part]
    print(f"\n{article.title or '(no title)'}\n  {article.url or '(no link)'}\n  {', '.join(head)}")
    for tag in entry.draft.tags:
        first = tag.mentions[0] if tag.mentions else None
        why = f": {_where(first)} ({first.reason})" if first else ""
        print(f"  company {tag.company} {tag.score:.2f}{' primary' if tag.primary else ''}{why}")
    for mention in entry.puzzling:
        print(f"  not {mention.company}: {_where(mention)} ({mention.reason})")
    for found in entry.draft.disclosures:
        print(f"  disclosed {found.kind} (by the {found.origin}): {found.text}")
    print(f"  topics: {', '.join(entry.topics) or 'none'}")


# --- status ---------------------------------------------------------------------------------------


def status_document(sources: Sequence[SourceStatus], topics: Sequence[TopicSummary]) -> dict[str, object]:
    """The JSON of ``aggregator status`` and of /status.json."""
    return {
        "sources": [_source(source) for source in sources],
        "topics": [{"slug": found.topic.slug, "entries": found.entries} for found in topics],
    }


def _source(source: SourceStatus) -> dict[str, object]:
    return {
        "url": source.url,
        "name": source.name,
        "state": source.state,
        "last_success": instant(source.last_success),
        "next_poll": instant(source.next_poll),
        "why_then": source.why_then,
        "entries": source.entries,
        "error": source.error,
        "failing_since": instant(source.failing_since),
        "what_to_do": _what_to_do(source),
        "remarks": list(source.remarks),
        "websub": source.websub,
    }


def print_status(sources: Sequence[SourceStatus], topics: Sequence[TopicSummary]) -> None:
    """Write how the sources and topics stand: trouble in words."""
    troubled = sum(source.error is not None for source in sources)
    print(f"{_count(len(sources), 'source')}, {troubled} in trouble; {_count(len(topics), 'topic')}")
    heads = ("source", "state", "last success", "next poll", "entries", "what is wrong, why then, what to do")
    print_table("Sources", heads, [_source_row(source) for source in sources])
    rows = [(found.topic.slug, found.topic.title, str(found.entries)) for found in topics]
    print_table("Topics", ("topic", "title", "entries"), rows)


def _source_row(source: SourceStatus) -> tuple[str, ...]:
    wrong = source.error
    if wrong and source.failing_since is not None:
        wrong += f" (since {instant(source.failing_since)})"
    told = (wrong, source.why_then, _what_to_do(source), *source.remarks, source.websub)
    words = "; ".join(part.rstrip(".") for part in told if part)
    from aggregator.model import SourceHealth

    # Of a source that no cycle has met yet there is no plan.
    unplanned = "with the next cycle" if source.state is SourceHealth.NEW else "paused"
    last, following = instant(source.last_success) or "never", instant(source.next_poll) or unplanned
    return (source.name, source.state, last, following, str(source.entries), words)


def _what_to_do(source: SourceStatus) -> str | None:
    """What the operator may do about a source; None: nothing is wrong."""
    from aggregator.write.vocabulary import WHAT_TO_DO

    return WHAT_TO_DO.get(source.state)


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


# --- poll, explain --------------------------------------------------------------------------------


def print_cycle(report: CycleReport, setup: Setup) -> None:
    """Write what a cycle did, and where it can be seen."""
    print(
        f"{_count(report.polled, 'source')} polled, {report.unchanged} unchanged, {report.failed} failed; "
        f"{report.new} new and {report.changed} changed entries; "
        f"{_count(report.documents_parsed, 'document')} parsed, {_count(report.files_written, 'file')} "
        f"written in {report.seconds:.1f} s"
    )
    if report.failed:
        print("What failed, and when it is tried again: aggregator status")
    if report.files_written:
        print(f"In {setup.settings.output}: index.html, topics.opml, and for each topic")
        for topic in setup.topics:
            others = "".join(f", .{name}" for name in topic.formats[1:])
            print(f"  {topic.slug}.{topic.formats[0]}{others}  {topic.title}")
    elif report.polled and not report.failed:
        print("Nothing changed: no file was touched.")


def explanation_document(found: Explanation) -> dict[str, object]:
    """The JSON of ``aggregator explain``."""
    entry = found.entry
    return {
        "id": entry.key,
        "title": entry.article.title,
        "url": entry.article.url,
        "source": entry.source.name,
        "companies": [tag_document(tag) for tag in entry.tags],
        "mentions": [mention_document(one.mention) | {"around": one.around} for one in found.found],
        "disclosures": [_disclosure(found) for found in entry.disclosures],
        "topics": [
            {
                "slug": verdict.slug,
                "matches": verdict.matches,
                "conditions": [{"text": asked.text, "met": asked.met} for asked in verdict.conditions],
                "fails": [{"text": part.text, "why": part.why} for part in verdict.failures],
                "shown": _shown(verdict.shown),
            }
            for verdict in found.verdicts
        ],
    }


def _shown(shown: Shown | None) -> dict[str, object] | None:
    return None if shown is None else {"lead_url": shown.lead_url, "lead_source": shown.lead_source}


def print_explanation(found: Explanation) -> None:
    """Write why an entry is, or is not, in each topic, and what each company tag rests on."""
    entry = found.entry
    print(f"{entry.article.title}\n  {entry.article.url or entry.key}\n  from {entry.source.name}")
    for heading, matches in (("In these topics", True), ("Not in these", False)):
        verdicts = [verdict for verdict in found.verdicts if verdict.matches is matches]
        if verdicts:
            print(f"\n{heading}:")
        for verdict in verdicts:
            print(f"  {verdict.slug}: {_reason(verdict, entry)}")
    if entry.tags:
        print("\nCompanies:")
    for tag in entry.tags:
        print(f"  {tag.company} {tag.score:.2f} ({'what it is about' if tag.primary else 'in passing'})")
        for one in found.found:
            if one.mention.accepted and one.mention.company == tag.company:
                print(f"    {_where(one.mention)}: {one.mention.reason}\n      {one.around}")
    _print_rejected(found)
    if entry.disclosures:
        print("\nDisclosed:")
    for said in entry.disclosures:
        print(f"  {said.kind} (by the {said.origin}): {said.text}")


def _reason(verdict: Verdict, entry: Entry) -> str:
    """Why an entry is, or is not, in a topic, on one line."""
    if not verdict.matches:
        return "; ".join(f"{part.text} fails ({part.why})" for part in verdict.failures)
    met = ", ".join(asked.text for asked in verdict.conditions if asked.met)
    if verdict.shown is None:
        return f"{met} (its feed is filled by newer stories)"
    if verdict.shown.lead == entry.id:
        return met
    return f"{met} (told there by {verdict.shown.lead_source}: {verdict.shown.lead_url or 'without a link'})"


def _print_rejected(found: Explanation) -> None:
    """Write the names that did not count: those that puzzle in full, of the others how many."""
    if found.puzzling:
        print("\nFound, but does not count:")
    for one in found.puzzling:
        print(f"  {one.mention.company}: {_where(one.mention)}: {one.mention.reason}\n    {one.around}")
    others = sum(not one.mention.accepted for one in found.found) - len(found.puzzling)
    if others:
        print(f"\n{_count(others, 'more match', 'more matches')} of no weight, such as plain words: --json")


def _where(mention: Mention) -> str:
    return f"{mention.evidence.quote!r} in the {mention.evidence.place}"
