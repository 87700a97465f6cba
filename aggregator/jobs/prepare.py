"""Before a cycle: the store brought in line with feeds.yaml, where that has changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.core import hosts
from aggregator.core.topics import TopicIndex, compile_topics
from aggregator.jobs.compiled import compiled, rule_versions
from aggregator.model import Settings, Setup, Versions
from aggregator.store import facts, polling, schema, sources, topics
from aggregator.store.base import Connection, Store

if TYPE_CHECKING:
    from aggregator.core.pipeline import Rules


@dataclass(frozen=True)
class Prepared:
    """What cycles need of feeds.yaml besides the Setup itself; made when it is first asked for, then kept."""

    setup: Setup
    authority: str  # whose tag: URIs are minted
    rests: dict[str, float] = field(default_factory=dict)  # when each host may be asked again: fetch.turns

    @cached_property
    def index(self) -> TopicIndex:
        """The topics, compiled."""
        return compile_topics(self.setup.topics, frozenset(one.slug for one in self.setup.rules.companies))

    @cached_property
    def rules(self) -> Rules:
        """The rules, compiled."""
        return compiled(self.setup.rules)

    @cached_property
    def versions(self) -> Versions:
        """Those of the rules that are in force."""
        return rule_versions(self.setup.rules)

    @cached_property
    def signature(self) -> str:
        """Changes when any stored entry might come out otherwise: with the rules, or what is declared."""
        declared = sorted((source.url, source.declared) for source in self.setup.sources if source.declared)
        return _hash(self.versions, declared)


def prepare(setup: Setup, store: Store, now: datetime) -> Prepared:
    """Bring sources and topics in line with setup; new or changed topics are filled from what is stored.

    Costs nothing where this Setup is known to be in line, two statements where an equal one is.
    """
    before = store.in_line_with
    if isinstance(before, Prepared) and before.setup is setup:
        return before
    with store.read() as connection:
        authority = facts.get(connection, facts.AUTHORITY)
        known = facts.get(connection, facts.SETUP)
    rests = before.rests if isinstance(before, Prepared) else {}
    prepared = Prepared(setup, authority or _authority(setup.settings), rests)
    settings = setup.settings
    companies = sorted(company.slug for company in setup.rules.companies)
    wanted = _hash(setup.sources, setup.topics, companies, settings.poll_interval)
    with store.write() as connection:
        polling.free_dead(connection)
    if authority is None or known != wanted:
        with store.write() as connection:
            prepared = _bring_in_line(connection, prepared, wanted, now)
    store.in_line_with = prepared
    return prepared


def _bring_in_line(connection: Connection, prepared: Prepared, wanted: str, now: datetime) -> Prepared:
    """Write what feeds.yaml now says. Another process may have begun the same: it is waited for."""
    schema.lock(connection)
    authority = facts.get(connection, facts.AUTHORITY) or prepared.authority
    prepared = replace(prepared, authority=authority)
    setup = prepared.setup
    facts.put(connection, facts.AUTHORITY, prepared.authority)
    if facts.get(connection, facts.HEALTH) is None:
        facts.put(connection, facts.HEALTH, now.isoformat())
    sources.sync(connection, setup.sources, setup.settings, now)
    topics.fill(connection, topics.sync(connection, prepared.index, prepared.authority, now))
    facts.raise_front(connection)
    facts.put(connection, facts.SETUP, wanted)
    return prepared


def _hash(*values: object) -> str:
    return blake2b(repr(values).encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def _authority(settings: Settings) -> str:
    """A name that is ours today (RFC 4151 §2.1): that of our site, else that of the contact's mail."""
    host = urlsplit(settings.base_url).hostname or ""
    mail = settings.contact.rpartition("@")[2].strip().lower()
    for name in (host, mail):
        if (
            name
            and name.isascii()
            and all(c.isalnum() or c in ".-" for c in name)
            and not hosts.is_local(name)
        ):
            return name
    return "localhost"
