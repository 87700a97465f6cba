from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import NOON, a_disclosure
from sqlalchemy import func, select
from store.polls import AUTHORITY, HOUR, INDEX, a_draft, an_outcome, poll, prepared, take

from aggregator.model import Changes, Failed, Outcome, Trouble
from aggregator.store import feeds, polling
from aggregator.store.apply import RESTLESS, apply
from aggregator.store.entries import load
from aggregator.store.schema import entries, raw_entries, sources, stories, tags, topic_entries


@pytest.fixture(autouse=True)
def _known(store):
    prepared(store)


def count(store, table) -> int:
    with store.read() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def revisions(store) -> dict[str, int]:
    with store.read() as connection:
        return {slug: head.revision for slug, head in feeds.heads(connection).items()}


def held(store) -> dict[str, int]:
    with store.read() as connection:
        return {slug: head.entries for slug, head in feeds.heads(connection).items()}


def only_entry(store):
    with store.read() as connection:
        return load(connection, [connection.scalar(select(entries.c.id))]).popitem()[1]


def test_a_new_entry_is_stored_whole_and_stands_in_its_topics(store):
    draft = a_draft("1", "samsung", "openai")
    draft = replace(draft, disclosures=(a_disclosure(), a_disclosure()))
    before = revisions(store)
    changes = poll(store, draft)
    assert changes == Changes(1, 0, frozenset({"samsung+openai", "everything"}))
    entry = only_entry(store)
    assert entry.article == draft.article
    assert {tag.company: tag for tag in entry.tags} == {tag.company: tag for tag in draft.tags}
    assert entry.disclosures == (a_disclosure(),)
    assert held(store) == {"samsung+openai": 1, "nvidia": 0, "everything": 1}
    assert {slug: revisions(store)[slug] - before[slug] for slug in before} == {
        "samsung+openai": 1,
        "nvidia": 0,
        "everything": 1,
    }


def test_the_same_entry_sent_again_touches_no_topic_and_is_there_once(store):
    poll(store, a_draft("1", "samsung"))
    before = revisions(store)
    # Its fingerprint differs (another label order, say), but nothing that is shown.
    draft = a_draft("1", "samsung")
    again = replace(draft, raw=replace(draft.raw, fingerprint=b"other"))
    assert poll(store, again, now=NOON + HOUR) == Changes()
    assert revisions(store) == before
    assert count(store, entries) == count(store, raw_entries) == 1
    with store.read() as connection:
        assert connection.scalar(select(entries.c.fingerprint)) == b"other"


def test_one_document_that_names_an_entry_twice_stores_it_once(store):
    poll(store, a_draft("1", "samsung"), a_draft("1", "nvidia"))
    assert count(store, entries) == 1


def test_a_changed_article_moves_changed_and_its_topics_but_neither_place_nor_first_seen(store):
    poll(store, a_draft("1", "samsung", "openai"))
    changes = poll(store, a_draft("1", "samsung", "openai", title="Another title"), now=NOON + HOUR)
    assert changes == Changes(0, 1, frozenset({"samsung+openai", "everything"}))
    entry = only_entry(store)
    assert (entry.article.title, entry.changed, entry.first_seen) == ("Another title", NOON + HOUR, NOON)


def test_an_entry_that_no_longer_matches_leaves_its_topic_and_enters_another(store):
    poll(store, a_draft("1", "samsung", "openai"))
    changes = poll(store, a_draft("1", "nvidia"), now=NOON + HOUR)
    assert changes.touched == {"samsung+openai", "nvidia", "everything"}
    assert held(store) == {"samsung+openai": 0, "nvidia": 1, "everything": 1}
    assert count(store, topic_entries) == 2
    with store.read() as connection:
        assert connection.scalars(select(tags.c.company)).all() == ["nvidia"]


def test_an_entry_that_changes_at_each_poll_is_shown_anew_a_bounded_number_of_times(store):
    changed = [
        poll(store, a_draft("1", "samsung", title=f"Viewed {hour} times"), now=NOON + hour * HOUR).changed
        for hour in range(RESTLESS + 20)
    ]
    assert sum(changed) == RESTLESS
    much_later = NOON + timedelta(days=3)
    assert poll(store, a_draft("1", "samsung", title="Viewed often"), now=much_later).changed == 1


def test_a_lost_lease_writes_nothing(store):
    (state, *_) = take(store)
    much_later = NOON + 2 * polling.LEASE
    take(store, much_later)
    with store.write() as connection:
        assert (
            apply(connection, [an_outcome(state, [a_draft("1", "samsung")])], INDEX, AUTHORITY) == Changes()
        )
    assert count(store, entries) == 0
    with store.read() as connection:
        assert connection.scalars(select(sources.c.polled_at)).all() == [None, None]


def test_validators_entries_and_next_poll_are_written_together_and_the_lease_ends(store):
    poll(store, a_draft("1", "samsung"))
    with store.read() as connection:
        row = connection.execute(select(sources).where(sources.c.slug == "lantern")).one()
    assert (row.etag, row.body_hash, row.next_poll, row.leased_until) == ('"1"', b"1", NOON + HOUR, None)
    assert row.entries == 1


def failed(outcome: Outcome, trouble: Trouble) -> Outcome:
    after = replace(outcome.after, failures=1, failing_since=NOON)
    return replace(outcome, result=Failed("it was refused", trouble), processed=None, after=after)


def test_two_refused_sources_of_a_host_pause_the_whole_host(store):
    states = take(store)
    together = [failed(an_outcome(state, []), Trouble.REFUSED) for state in states]
    together = [
        replace(one, after=replace(one.after, url=f"https://one.example/{one.source_id}")) for one in together
    ]
    with store.write() as connection:
        apply(
            connection,
            [replace(one, next_poll=NOON + timedelta(minutes=1)) for one in together],
            INDEX,
            AUTHORITY,
        )
    with store.read() as connection:
        planned = connection.scalars(select(sources.c.next_poll)).all()
    assert min(planned) >= NOON + timedelta(minutes=15)


def test_the_archive_of_a_new_source_stands_by_its_dates_and_later_entries_by_when_they_were_seen(store):
    old = NOON - timedelta(days=30)
    poll(store, a_draft("1", "samsung", published=old))
    poll(store, a_draft("2", "samsung", published=old), now=NOON + HOUR)
    with store.read() as connection:
        assert connection.scalars(select(entries.c.since).order_by(entries.c.id)).all() == [old, NOON + HOUR]


def test_story_ids_are_the_same_when_a_store_is_built_anew(store, opened, tmp_path):
    other = opened(f"sqlite:///{tmp_path}/other.db")
    prepared(other, now=NOON + 100 * HOUR)
    poll(store, a_draft("1", "samsung"))
    poll(other, a_draft("2", "nvidia"), a_draft("1", "samsung"), now=NOON + 100 * HOUR)
    found = []
    for one in (store, other):
        with one.read() as connection:
            found.append(set(connection.scalars(select(stories.c.public_id))))
    assert found[0] < found[1]
