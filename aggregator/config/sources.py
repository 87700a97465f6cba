"""``sources``: what is polled, under which slug, and what the operator knows of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from aggregator.config.items import Once, given, items
from aggregator.config.marked import Marked, Path
from aggregator.config.schema import SOURCE
from aggregator.config.values import MAX_SLUG, shown, source_url
from aggregator.config.words import Values, checked, unknown_key
from aggregator.model import Disclosure, PageRules, RuleData, Source, SourceKind

POLITE = timedelta(minutes=15)
RUDE = "under 15m: many publishers will think that rude."


def sources_of(marked: Marked, rules: RuleData) -> tuple[Source, ...]:
    """The file's sources, noting every mistake."""
    slugs = Once(marked, "sources", "slug")
    urls = Once(marked, "sources", "url")
    read: list[tuple[int, Values]] = []
    for at, item in items(marked, "sources"):
        found = checked(marked, SOURCE, item, ("sources", at))
        slugs.take(at, given(item, "slug"))
        urls.take(at, _same_url(given(item, "url")))
        if found is not None:
            read.append((at, found))
    declared = _declared(marked, read, rules)
    taken = set(slugs.seen)
    return tuple(_source(marked, at, found, declared.get(at, ()), taken) for at, found in read)


def slug_of(name: str) -> str:
    """A slug made from a name: small ASCII letters, digits and hyphens; "" where it has none."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[: MAX_SLUG - 7].strip("-")


def _source(
    marked: Marked, at: int, found: Values, declared: tuple[Disclosure, ...], taken: set[str]
) -> Source:
    """One source, under a slug that no other has."""
    if found.interval is not None and found.interval < POLITE:
        marked.warning(("sources", at, "interval"), RUDE)
    parts = urlsplit(found.url)
    name = found.name or (parts.hostname or parts.path.rpartition("/")[2]).removeprefix("www.")
    slug = found.slug or _free(slug_of(name) or slug_of(parts.hostname or "") or "source", found.url, taken)
    taken.add(slug)
    return Source(
        slug=slug,
        url=found.url,
        name=name,
        kind=SourceKind.PAGE if found.page else SourceKind.FEED,
        interval=found.interval,
        declared=declared,
        rank=found.rank,
        page=PageRules(**vars(found.page)) if found.page else None,
        full_text=found.full_text,
        host_pause=found.host_pause,
    )


def _free(slug: str, url: str, taken: set[str]) -> str:
    """The slug, or where another source has it, the slug and a mark that comes from the URL alone."""
    return slug if slug not in taken else f"{slug}-{sha256(url.encode()).hexdigest()[:6]}"


def _declared(
    marked: Marked, read: list[tuple[int, Values]], rules: RuleData
) -> dict[int, tuple[Disclosure, ...]]:
    """What the operator knows of the sources, by their positions; what cannot be declared is noted."""
    given = [(at, found.disclosure) for at, found in read if found.disclosure]
    if not given:
        return {}
    from aggregator.core import disclose  # its rules are compiled only for who declares something

    # What is declared is found in no text: without the languages, the rules are compiled in no time.
    notices = disclose.compile_notices({**rules.disclosures, "languages": {}})
    found: dict[int, tuple[Disclosure, ...]] = {}
    for at, values in given:
        words = {key: _word(value, disclose.DECLARABLE.get(key, ())) for key, value in values.items()}
        for key, word in words.items():
            _check_word(marked, ("sources", at, "disclosure", key), word, disclose.DECLARABLE)
        found[at] = disclose.declared(words, notices)
    return found


def _word(value: str | bool, known: Collection[str]) -> str:
    """A declared value as text: YAML takes a bare yes, no, true and false for the same two."""
    if isinstance(value, str):
        return value
    if "yes" in known:
        return "yes" if value else "no"
    return "true" if value else "false"


def _check_word(marked: Marked, path: Path, word: str, known: Mapping[str, tuple[str, ...]]) -> None:
    key = str(path[-1])
    if key not in known:
        marked.problem(path, unknown_key(key, tuple(known)))
    elif known[key] and word not in known[key]:
        marked.problem(path, f"{shown(word)}. Expected {' or '.join(known[key])}.")
    elif not word.strip():
        marked.problem(path, "empty. Expected the words, or for a licence its URI.")


def _same_url(url: str | None) -> str | None:
    """A URL as two sources are compared by: without what makes no difference to a server."""
    if url is None:
        return None
    try:
        url = source_url(url)
        parts = urlsplit(url)
    except ValueError:
        return url
    host = parts.netloc.lower().removesuffix(":443" if parts.scheme == "https" else ":80")
    return parts._replace(netloc=host, path=parts.path or "/").geturl()
