"""Files from what the store holds: only those whose input changed are made, only new bytes are written."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from aggregator import __version__
from aggregator.config import cache as cached
from aggregator.errors import PublishError
from aggregator.jobs import inputs, pieces
from aggregator.jobs.pieces import Made
from aggregator.model import Item, Settings, Setup, Topic
from aggregator.store import facts, feeds, outputs, topics
from aggregator.store.base import Connection, Store
from aggregator.store.feeds import Head
from aggregator.store.outputs import Layout, Output

# Raise it when a writer makes other bytes of the same input: every file is then made again.
WRITERS_CODE = 3
_AT_ONCE = 20  # topics made between two transactions


class _Plan(NamedTuple):
    """A file that has to be there: of which topic, showing which revision, from which settings."""

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
    names = {company.slug: company.name for company in setup.rules.companies}
    shared = _settings_hash(setup.settings, names)
    hashes = {topic.slug: _hash(repr(topic).encode() + shared) for topic in setup.topics}
    desk = _Desk(setup, store, folder, names, hashes)
    named = [topic for topic in setup.topics if topic.slug in heads]
    plans = [plan for topic in named for plan in _topic_plans(desk, topic, heads[topic.slug])]
    sizes = _sizes(folder)
    stale = {plan.slug for plan in plans if _is_stale(plan, published, sizes)}
    written = 0
    todo = [topic for topic in named if topic.slug in stale]
    for start in range(0, len(todo), _AT_ONCE):
        written += _publish_topics(desk, todo[start : start + _AT_ONCE])
    front_plans = [
        plan
        for plan in _front_plans(desk, front, heads.values(), shared)
        if _is_stale(plan, published, sizes)
    ]
    if front_plans:
        written += _publish_front(desk, front_plans)
    kept = {plan.path for plan in plans} | _FRONT.keys()
    return written + _remove(store, folder, [path for path in published if path not in kept])


def _topic_plans(desk: _Desk, topic: Topic, head: Head) -> list[_Plan]:
    made_of = desk.inputs[topic.slug]
    return [
        _Plan(f"{topic.slug}.{suffix}", topic.slug, head.revision, made_of) for suffix in _suffixes(topic)
    ]


def _suffixes(topic: Topic) -> tuple[str, ...]:
    """The extensions of a topic's files: its feeds, and its page."""
    return (*topic.formats, "html")


def _sizes(folder: Path) -> dict[str, int]:
    """How large each file of the folder is: one look at all costs half of one at each."""
    found: dict[str, int] = {}
    with os.scandir(folder) as files:
        for file in files:
            with suppress(OSError):  # it is gone by now
                found[file.name] = file.stat().st_size
    return found


def _is_stale(plan: _Plan, published: Mapping[str, Output], sizes: Mapping[str, int]) -> bool:
    made = published.get(plan.path)
    if made is None or made.revision < plan.revision or made.inputs != plan.inputs:
        return True
    return sizes.get(plan.path) != made.size


@dataclass(frozen=True, slots=True)
class _Desk:
    """What files are made from."""

    setup: Setup
    store: Store
    folder: Path
    names: Mapping[str, str]  # of all companies, by slug
    inputs: Mapping[str, bytes]  # by topic: hash of it and of what every file shows


@dataclass(slots=True)
class _Done:
    """The files written and not yet recorded; without their bytes, which are more than all else."""

    written: int = 0
    outputs: list[Output] = field(default_factory=list)
    layouts: dict[str, Layout] = field(default_factory=dict)

    def write(self, folder: Path, plan: _Plan, made: Made) -> None:
        """Write a file. Raises PublishError."""
        body = made.body
        self.written += _told(folder / plan.path, partial(_write, body=body))
        self.outputs.append(Output(*plan, pieces.content_hash(body), len(body)))
        if made.layout is not None:
            self.layouts[plan.path] = made.layout

    def record(self, connection: Connection) -> None:
        """Remember the files as published. Needs a write transaction."""
        outputs.record(connection, self.outputs)
        outputs.record_layouts(connection, self.layouts)


def _publish_topics(desk: _Desk, some: Sequence[Topic]) -> int:
    _keep_templates()
    shown: dict[str, list[Item]] = {}
    done = _Done()
    with desk.store.read() as connection:
        # Read before the stories: what is added between the two is published again, never lost.
        heads = feeds.heads(connection, [topic.slug for topic in some])
        for topic in some:
            shown[topic.slug] = feeds.newest(connection, topic.slug, topic.limit)
            for plan, made in _topic_files(connection, desk, topic, heads[topic.slug], shown[topic.slug]):
                done.write(desk.folder, plan, made)
    with desk.store.write() as connection:
        done.record(connection)
        topics.record_shown(connection, shown)
    return done.written


def _topic_files(
    connection: Connection, desk: _Desk, topic: Topic, head: Head, items: Sequence[Item]
) -> list[tuple[_Plan, Made]]:
    """A topic's files: written is what is new in them, the rest is copied from the files as published."""
    from aggregator.write.formats import WRITERS

    plans = _topic_plans(desk, topic, head)
    laid = outputs.laid(connection, {plan.path: plan.inputs for plan in plans})
    earlier = [pieces.published(desk.folder / plan.path, laid.get(plan.path)) for plan in plans]
    fresh = [item for item in items if not all(item.fingerprint in found for found in earlier)]
    feed = inputs.topic_feed(connection, topic, head, desk.setup, desk.names, items, fresh)
    wanted, new = ([item.fingerprint for item in some] for some in (items, fresh))
    return [
        (plan, pieces.put_together(wanted, WRITERS[suffix](feed), new, found))
        for plan, suffix, found in zip(plans, _suffixes(topic), earlier, strict=True)
    ]


def _front_plans(desk: _Desk, front: int, heads: Iterable[Head], shared: bytes) -> list[_Plan]:
    """The files about all topics, each with what makes it stale.

    The front page shows topics and sources, and its revision rises with any of theirs; the subscription list
    changes with feeds.yaml alone, the feed of source health with the sources.
    """
    listed = _hash(b"".join(desk.inputs.values()) + shared)
    names = repr([source.name for source in desk.setup.sources]).encode()
    index = _Plan("index.html", "", front + sum(head.revision for head in heads), _hash(names + listed))
    return [
        index,
        _Plan("topics.opml", "", 0, listed),
        _Plan("_health.atom", "", front, _hash(names + shared)),
    ]


def _publish_front(desk: _Desk, plans: Sequence[_Plan]) -> int:
    done = _Done()
    with desk.store.read() as connection:
        for plan in plans:
            done.write(desk.folder, plan, _FRONT[plan.path](connection, desk, plan))
    with desk.store.write() as connection:
        done.record(connection)
    return done.written


def _index(connection: Connection, desk: _Desk, plan: _Plan) -> Made:
    """The front page: written are the topics that changed, the rest is copied from the page as published."""
    from aggregator.write.listing import write_index

    _keep_templates()
    # Read before the words of their stories: what changes between the two raises a revision once more.
    told = topics.told(connection)
    wanted = {
        topic.slug: _hash(repr((topic.slug, told.get(topic.slug))).encode()) for topic in desk.setup.topics
    }
    laid = outputs.laid(connection, {plan.path: plan.inputs})
    earlier = pieces.published(desk.folder / plan.path, laid.get(plan.path))
    fresh = [slug for slug, fingerprint in wanted.items() if fingerprint not in earlier]
    page = inputs.index_page(connection, desk.setup, desk.names, told, fresh)
    return pieces.put_together(
        list(wanted.values()), write_index(page), [wanted[slug] for slug in fresh], earlier
    )


def _subscriptions(connection: Connection, desk: _Desk, plan: _Plan) -> Made:
    from aggregator.write.opml import write_opml

    told = topics.told(connection)
    return Made(write_opml(inputs.index_page(connection, desk.setup, desk.names, told, ())))


def _health(connection: Connection, desk: _Desk, plan: _Plan) -> Made:
    from aggregator.write.health import write_health

    return Made(write_health(inputs.health_feed(connection, desk.setup)))


_FRONT = {"index.html": _index, "topics.opml": _subscriptions, "_health.atom": _health}


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


def _settings_hash(settings: Settings, names: Mapping[str, str]) -> bytes:
    """Of what every file shows besides its topic."""
    shown = (settings.title, settings.base_url, settings.disclaimer, settings.footer)
    return _hash(repr((__version__, WRITERS_CODE, shown, sorted(names.items()))).encode())


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


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
