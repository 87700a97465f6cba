"""A store filled as cycles fill it, without asking anybody: documents are read, packed, and applied."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

from aggregator.config import built_in_rules
from aggregator.core import pipeline
from aggregator.jobs.poll import Brought, Polled, decide, read
from aggregator.jobs.prepare import Prepared, prepare
from aggregator.model import (
    Document,
    Fetched,
    FetchLimits,
    Outcome,
    Packed,
    Settings,
    Setup,
    Source,
    SourceState,
    Topic,
    Validators,
)
from aggregator.store.apply import apply
from aggregator.store.base import Store, open_store
from aggregator.store.polling import Take, take_due
from benchmarks.corpus import COMPANIES, START, Shape, document

NOW = START + timedelta(days=1)
TOGETHER = 600  # entries in one transaction, as a cycle writes them


def setup(folder: str, sources: int, topics: Sequence[Topic]) -> Setup:
    """The setup of so many sources and these topics, in a folder."""
    settings = Settings(
        database=f"sqlite:///{folder}/growth.db",
        output=f"{folder}/output",
        base_url="https://feeds.example/",
        contact="you@feeds.example",
        poll_interval=timedelta(hours=1),
        disclaimer="Republished.",
    )
    named = tuple(
        Source(f"site-{number}", f"https://site{number}.example/feed", f"Site {number}")
        for number in range(sources)
    )
    return Setup(settings, named, tuple(topics), built_in_rules())


def some_topics(count: int) -> tuple[Topic, ...]:
    """Different topics over the corpus's companies: each takes a share of the entries."""
    pairs = itertools.product(sorted(COMPANIES), sorted(COMPANIES))
    kinds = ("{} OR {}", "{} AND {}", "{} AND NOT {}", "primary({}) OR {}")
    expressions = (kind.format(*pair) for kind in kinds for pair in pairs if pair[0] != pair[1])
    return tuple(
        Topic(f"topic-{n}", f"Topic {n}", text) for n, text in zip(range(count), expressions, strict=False)
    )


def quiet_topics(count: int) -> tuple[Topic, ...]:
    """So many topics on companies that the corpus never names."""
    others = (one.slug for one in built_in_rules().companies if one.slug not in COMPANIES)
    return tuple(Topic(f"quiet-{slug}", slug, slug) for slug, _ in zip(others, range(count), strict=False))


def brought(shape: Shape, documents: int) -> list[Brought]:
    """So many documents of the corpus, read."""
    rules = pipeline.compile_rules(built_in_rules())
    found = []
    for number in range(documents):
        source = Source(f"site-{number}", f"https://site{number}.example/feed", "Site")
        one = read(Document(source.url, *document(shape, number), NOW), source, {}, rules, FetchLimits())
        if not isinstance(one, Brought):
            raise RuntimeError(one.why)
        found.append(one)
    return found


def outcome(state: SourceState, one: Brought, setup: Setup, now: datetime = NOW) -> Outcome:
    """A poll that brought this."""
    source = setup.sources[int(state.slug.rpartition("-")[2])]
    at = Document(state.url, "application/rss+xml", b"", now)
    result = Fetched(at, Validators(etag=f'"{now.timestamp()}"', body_hash=b"1"))
    return decide(Polled(source, state, result, now, timedelta(0)), one, setup.settings, 0.5)


def another(packed: Packed, number: int) -> Packed:
    """A copy that is another entry: its key, its link and what it is recognised by are its own."""
    word = blake2b(f"{number}/{packed.key}".encode(), digest_size=8)
    bits = int.from_bytes(word.digest(), "big") >> 24
    return replace(
        packed,
        key=f"{packed.key}-{number}",
        bands=tuple(value & ~0xFFFFFFFF | (value ^ bits) & 0xFFFFFFFF for value in packed.bands),
        columns={**packed.columns, "url": f"{packed.columns['url']}/{number}"},
    )


def batches(outcomes: Sequence[Outcome]) -> Iterator[list[Outcome]]:
    """What a cycle would write in one transaction each."""
    batch: list[Outcome] = []
    entries = 0
    for one in outcomes:
        batch.append(one)
        entries += len(one.entries)
        if entries >= TOGETHER:
            yield batch
            batch, entries = [], 0
    if batch:
        yield batch


def poll(
    store: Store,
    prepared: Prepared,
    documents: Sequence[Brought],
    now: datetime,
    sources: int | None = None,
) -> int:
    """Give each source, or the first so many, one of these documents; returns how many entries were new."""
    with store.write() as connection:
        states = take_due(connection, Take(now, now, everything=True, limit=100_000))[:sources]
    outcomes = [
        outcome(state, one, prepared.setup, now)
        for state, one in zip(states, itertools.cycle(documents), strict=False)
    ]
    new = 0
    for batch in batches(outcomes):
        with store.write() as connection:
            new += apply(connection, batch, prepared.index, prepared.authority).new
    return new


def writing(shape: Shape, sources: int = 40, topics: int = 13) -> float:
    """CPU microseconds an entry of the store's transactions: that many sources read for the first time."""
    documents = brought(shape, sources)
    with tempfile.TemporaryDirectory() as folder:
        made = setup(folder, sources, some_topics(topics))
        store = open_store(made.settings.database)
        prepared = prepare(made, store, NOW)
        began = time.process_time()
        new = poll(store, prepared, documents, NOW)
        spent = time.process_time() - began
        store.close()
    if new != sources * shape.entries:
        raise RuntimeError(f"{new} entries were written, not {sources * shape.entries}")
    return spent / new * 1e6
