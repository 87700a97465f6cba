"""Files from what the store holds: only those whose input changed are made, only new bytes are written."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path

from aggregator import __version__
from aggregator.config import cache as cached
from aggregator.core.identity import tag_uri
from aggregator.errors import PublishError
from aggregator.jobs import pieces
from aggregator.jobs.pieces import Made
from aggregator.model import HealthFeed, IndexPage, Item, Setup, Topic, TopicFeed
from aggregator.store import facts, feeds, health, outputs, sources, topics
from aggregator.store.base import Connection, Store
from aggregator.store.feeds import Head
from aggregator.store.outputs import Layout, Output

# Raise it when a writer makes other bytes of the same input: every file is then made again.
WRITERS_CODE = 3
_AT_ONCE = 20  # topics made between two transactions


@dataclass(frozen=True, slots=True)
class _Plan:
    """A file that has to be made: for which topic, showing which revision, from which settings."""

    path: str
    slug: str
    revision: int
    inputs: bytes


def publish(setup: Setup, store: Store) -> int:
    """Write what is stale of the output folder; returns how many files were written or removed.

    A file is stale when its topic's revision rose, when the topic or a setting that it shows
    changed, or when it is missing or has another size. Raises PublishError, StoreError.
    """
    folder = Path(setup.settings.output)
    _told(folder, _make)
    with _alone(folder):
        return _publish(setup, store, folder)


def _make(folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time publish into a folder: an older feed must not replace a newer one."""
    # The lock is the kernel's, on the folder itself: a killed process leaves none behind.
    number = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def _publish(setup: Setup, store: Store, folder: Path) -> int:
    with store.read() as connection:
        heads = feeds.heads(connection)
        published = outputs.every(connection)
        front = int(facts.get(connection, facts.FRONT) or 0)
    named = [topic for topic in setup.topics if topic.slug in heads]
    shared = _settings_hash(setup)
    plans = [plan for topic in named for plan in _topic_plans(topic, heads[topic.slug], shared)]
    stale = {plan.slug for plan in plans if _is_stale(plan, published, folder)}
    desk = _Desk(setup, store, folder, shared)
    written = 0
    todo = [topic for topic in named if topic.slug in stale]
    for start in range(0, len(todo), _AT_ONCE):
        written += _publish_topics(desk, todo[start : start + _AT_ONCE])
    front_plans = _front_plans(setup, front, heads, shared)
    if any(_is_stale(plan, published, folder) for plan in front_plans):
        written += _publish_front(setup, store, front_plans)
    kept = {plan.path for plan in plans} | set(_FRONT)
    return written + _remove(store, folder, [path for path in published if path not in kept])


def _topic_plans(topic: Topic, head: Head, shared: bytes) -> list[_Plan]:
    inputs = _hash(repr(topic).encode() + shared)
    return [_Plan(f"{topic.slug}.{suffix}", topic.slug, head.revision, inputs) for suffix in _suffixes(topic)]


def _suffixes(topic: Topic) -> tuple[str, ...]:
    """The extensions of a topic's files: its feeds, and its page."""
    return (*topic.formats, "html")


def _is_stale(plan: _Plan, published: Mapping[str, Output], folder: Path) -> bool:
    made = published.get(plan.path)
    if made is None or made.revision < plan.revision or made.inputs != plan.inputs:
        return True
    return _size(folder / plan.path) != made.size


@dataclass(frozen=True, slots=True)
class _Desk:
    """What topics are published from."""

    setup: Setup
    store: Store
    folder: Path
    shared: bytes  # hash of what every file shows


def _publish_topics(desk: _Desk, some: Sequence[Topic]) -> int:
    _keep_templates()
    shown: dict[str, list[Item]] = {}
    told: list[Output] = []
    layouts: dict[str, Layout] = {}
    written = 0
    with desk.store.read() as connection:
        # Read before the stories: what is added between the two is published again, never lost.
        heads = feeds.heads(connection)
        for topic in some:
            shown[topic.slug] = feeds.newest(connection, topic.slug, topic.limit)
            made = _topic_files(connection, desk, topic, heads[topic.slug], shown[topic.slug])
            # Written at once: the files of many topics are more than all else that a cycle holds.
            written += _write_files(desk.folder, [(plan, file.body) for plan, file in made])
            told += [_output(plan, file.body) for plan, file in made]
            layouts.update((plan.path, file.layout) for plan, file in made)
    with desk.store.write() as connection:
        outputs.record(connection, told)
        outputs.record_layouts(connection, layouts)
        topics.record_shown(connection, shown)
    return written


def _topic_files(
    connection: Connection, desk: _Desk, topic: Topic, head: Head, items: Sequence[Item]
) -> list[tuple[_Plan, Made]]:
    """A topic's files: written is what is new in them, the rest is copied from the files as published."""
    from aggregator.write.formats import WRITERS

    plans = _topic_plans(topic, head, desk.shared)
    laid = outputs.laid(connection, {plan.path: plan.inputs for plan in plans})
    earlier = [pieces.published(desk.folder / plan.path, laid.get(plan.path)) for plan in plans]
    fresh = pieces.missing(items, earlier)
    feed = topic_feed(connection, topic, head, desk.setup, items, fresh)
    return [
        (plan, pieces.put_together(items, WRITERS[suffix](feed), fresh, found))
        for plan, suffix, found in zip(plans, _suffixes(topic), earlier, strict=True)
    ]


def topic_feed(
    connection: Connection,
    topic: Topic,
    head: Head,
    setup: Setup,
    items: Sequence[Item],
    fresh: Sequence[Item],
) -> TopicFeed:
    """A writer's whole input: a feed of items, of which the fresh ones are to be written.

    Its ``updated`` moves only with a story's, or is when the topic began.
    """
    stories = feeds.stories_of(connection, fresh)
    tagged = {tag.company for story in stories for tag in story.lead.tags}
    settings = setup.settings
    return TopicFeed(
        topic=topic,
        feed_id=head.feed_id,
        stories=stories,
        updated=feeds.last_changed(items) or head.since,
        company_names=_names_of(tagged, setup),
        base_url=settings.base_url,
        title=settings.title,
        notice=settings.disclaimer,
        footer=settings.footer,
    )


def _names(setup: Setup) -> dict[str, str]:
    return {company.slug: company.name for company in setup.rules.companies}


def _names_of(slugs: set[str], setup: Setup) -> dict[str, str]:
    return {company.slug: company.name for company in setup.rules.companies if company.slug in slugs}


_FRONT = ("index.html", "topics.opml", "_health.atom")
_HEALTH_NEWEST = 100
_BEFORE_ANY = "2026-01-01T00:00:00+00:00"  # in a database that no cycle has prepared


def _front_plans(setup: Setup, front: int, heads: Mapping[str, Head], shared: bytes) -> list[_Plan]:
    """index.html, topics.opml and _health.atom: stale when a topic or a source's standing changed."""
    shown = [(topic, heads[topic.slug].revision) for topic in setup.topics if topic.slug in heads]
    inputs = _hash(repr((shown, [source.name for source in setup.sources])).encode() + shared)
    return [_Plan(path, "", front, inputs) for path in _FRONT]


def _publish_front(setup: Setup, store: Store, plans: Sequence[_Plan]) -> int:
    with store.read() as connection:
        page = index_page(connection, setup)
        changes = health_feed(connection, setup)
    from aggregator.write.health import write_health
    from aggregator.write.listing import write_index
    from aggregator.write.opml import write_opml

    _keep_templates()
    files = list(zip(plans, (write_index(page), write_opml(page), write_health(changes)), strict=True))
    written = _write_files(Path(setup.settings.output), files)
    with store.write() as connection:
        outputs.record(connection, [_output(plan, body) for plan, body in files])
    return written


def index_page(connection: Connection, setup: Setup) -> IndexPage:
    """The input of the front page and the subscription list."""
    summaries = topics.summaries(connection, setup.topics)
    tagged = {tag.company for one in summaries for story in one.latest for tag in story.lead.tags}
    return IndexPage(
        title=setup.settings.title,
        base_url=setup.settings.base_url,
        notice=setup.settings.disclaimer,
        topics=summaries,
        sources=sources.statuses(connection, setup.sources),
        company_names=_names_of(tagged, setup),
    )


def health_feed(connection: Connection, setup: Setup) -> HealthFeed:
    """The input of _health.atom: the newest changes of state of the sources of feeds.yaml."""
    authority = facts.get(connection, facts.AUTHORITY) or "localhost"
    begun = datetime.fromisoformat(facts.get(connection, facts.HEALTH) or _BEFORE_ANY)
    changes = health.newest(connection, _HEALTH_NEWEST)
    return HealthFeed(
        feed_id=tag_uri(authority, begun.date(), "health"),
        title=setup.settings.title,
        base_url=setup.settings.base_url,
        updated=changes[0].at if changes else begun,
        changes=changes,
    )


@cache
def _keep_templates() -> None:
    """Have compiled templates kept beside the other copies."""
    from aggregator.write.listing import Kept, keep_templates

    folder = cached.folder()
    if folder is not None:
        keep_templates(Kept(partial(_kept, folder), partial(_keep, folder)))


def _kept(folder: Path, template: str) -> bytes | None:
    with suppress(OSError), cached.opened(folder / f"page-{template}") as copy:
        return copy.read()
    return None


def _keep(folder: Path, template: str, body: bytes) -> None:
    with suppress(OSError):
        cached.put(folder / f"page-{template}", body)


def _settings_hash(setup: Setup) -> bytes:
    """Of what every file shows besides its topic."""
    settings = setup.settings
    shown = (settings.title, settings.base_url, settings.disclaimer, settings.footer)
    return _hash(repr((__version__, WRITERS_CODE, shown, sorted(_names(setup).items()))).encode())


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def _output(plan: _Plan, body: bytes) -> Output:
    return Output(plan.path, plan.slug, plan.revision, plan.inputs, pieces.content_hash(body), len(body))


def _write_files(folder: Path, files: Iterable[tuple[_Plan, bytes]]) -> int:
    return sum(_told(folder / plan.path, partial(_write, body=body)) for plan, body in files)


def _told(path: Path, act: Callable[[Path], bool]) -> bool:
    try:
        return act(path)
    except OSError as error:
        raise PublishError(
            f"{path} cannot be written: {error.strerror or error}. Check settings.output and its rights."
        ) from error


def _write(path: Path, body: bytes) -> bool:
    """Put a whole file in place at once; False: it is there already, byte for byte, and stays as it is.

    Readers see the old file or the new one; after a power cut too.
    """
    if _size(path) == len(body) and path.read_bytes() == body:
        return False
    number, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _remove(store: Store, folder: Path, paths: Sequence[str]) -> int:
    """Take away files of topics that feeds.yaml no longer names: only those written by us."""
    if not paths:
        return 0
    removed = sum(_told(folder / path, _unlink) for path in paths)
    with store.write() as connection:
        outputs.forget(connection, paths)
    return removed


def _unlink(path: Path) -> bool:
    there = path.exists()
    path.unlink(missing_ok=True)
    return there
