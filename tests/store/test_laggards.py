from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import NOON
from sqlalchemy import func, select
from store.polls import HOUR, INDEX, RULES, a_draft, newest, poll, prepared

from aggregator.model import Changes, Draft
from aggregator.store import feeds, laggards, rows, stories
from aggregator.store.entries import find, load
from aggregator.store.laggards import Derived
from aggregator.store.purge import purge
from aggregator.store.schema import bands, entries, raw_entries, sketches, sources, tags, topic_entries

NEWER = replace(RULES, tagged="t2:dd")


@pytest.fixture(autouse=True)
def _known(store):
    prepared(store)


def made_by(draft: Draft, versions=NEWER) -> Draft:
    return replace(draft, versions=versions)


def derive(store, key: int, draft: Draft) -> frozenset[str]:
    with store.write() as connection:
        return laggards.store(connection, [Derived(key, "lantern", rows.pack(draft))], INDEX)


def looked_up(store, below: int, most: int = 10):
    with store.read() as connection:
        return laggards.look(connection, below, most, lambda url: rows.versions_text(NEWER))


def test_entries_of_older_rules_are_found_newest_first_in_bounded_looks(store):
    poll(store, *(a_draft(str(number), "samsung") for number in range(5)))
    first = looked_up(store, 5, most=2)
    assert (sorted(first.sent), first.below) == ([4, 5], 3)
    last = looked_up(store, first.below)
    assert (sorted(last.sent), last.below) == ([1, 2, 3], 0)


def test_an_entry_as_sent_comes_back_whole(store):
    draft = a_draft("1", "samsung")
    poll(store, draft)
    assert looked_up(store, 1).sent[1].raw == draft.raw


def test_new_tags_move_an_entry_between_topics_but_neither_changed_nor_place_nor_story(store):
    draft = a_draft("1", "samsung", "openai")
    poll(store, draft)
    with store.read() as connection:
        before = newest(connection, "samsung+openai", 5)[0]
    touched = derive(store, 1, made_by(a_draft("1", "nvidia")))
    assert touched == {"samsung+openai", "nvidia", "everything"}
    with store.read() as connection:
        after = newest(connection, "nvidia", 5)[0]
    assert (after.public_id, after.updated, after.published) == (before.public_id, NOON, before.published)
    assert looked_up(store, 1).sent == {}


def test_what_comes_out_as_before_is_stamped_and_touches_nothing(store):
    draft = a_draft("1", "samsung")
    poll(store, draft)
    assert derive(store, 1, made_by(draft)) == frozenset()
    assert looked_up(store, 1).sent == {}


def test_what_the_source_sent_anew_meanwhile_is_not_overwritten(store):
    poll(store, a_draft("1", "samsung"))
    poll(store, a_draft("1", "samsung", title="The newer title"), now=NOON + HOUR)
    assert derive(store, 1, made_by(a_draft("1", "nvidia", title="The older title"))) == frozenset()
    with store.read() as connection:
        assert load(connection, [1])[1].article.title == "The newer title"


@pytest.mark.parametrize("named", ["https://news.example/1", "id:1", "2"])
def test_an_entry_is_found_by_url_key_or_number(store, named):
    poll(store, a_draft("1", "samsung"), a_draft("one more", "nvidia"))
    with store.read() as connection:
        found = find(connection, named)
    assert found is not None
    assert found.entry.key == found.raw.key == "id:1"


def test_an_entry_is_found_by_its_storys_id_and_a_stranger_is_not(store):
    poll(store, a_draft("1", "samsung"))
    with store.read() as connection:
        story = newest(connection, "everything", 1)[0]
        assert find(connection, story.public_id).entry.id == story.lead.id
        assert find(connection, "https://news.example/none") is None


def test_purged_entries_leave_their_topics_and_do_not_come_back(store):
    drafts = [a_draft("1", "nvidia"), a_draft("2", "nvidia")]
    poll(store, *drafts)
    poll(store, a_draft("3", "nvidia"), now=NOON + HOUR)
    with store.write() as connection:
        assert purge(connection, NOON + HOUR) == 2
        assert purge(connection, NOON + HOUR) == 0
    with store.read() as connection:
        for table, left in ((raw_entries, 1), (tags, 1), (topic_entries, 2), (sketches, 1), (entries, 3)):
            assert connection.scalar(select(func.count()).select_from(table)) == left
        assert feeds.heads(connection)["nvidia"].entries == 1
        assert connection.scalar(select(sources.c.entries).where(sources.c.slug == "lantern")) == 1
    changed = replace(drafts[0], raw=replace(drafts[0].raw, fingerprint=b"changed"))
    assert poll(store, changed, drafts[1], now=NOON + 2 * HOUR) == Changes()
    with store.read() as connection:
        assert len(newest(connection, "nvidia", 9)) == 1


def test_what_stories_are_recognised_by_is_forgotten_after_a_week(store):
    poll(store, a_draft("1", "nvidia"))
    poll(store, a_draft("2", "nvidia"), now=NOON + timedelta(days=5))
    with store.write() as connection:
        stories.forget_old(connection, NOON + timedelta(days=8))
    with store.read() as connection:
        assert connection.scalars(select(sketches.c.entry_id)).all() == [2]
        assert set(connection.scalars(select(bands.c.entry_id))) == {2}
