from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import NOON, a_disclosure
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from store.polls import AUTHORITY, COMPANIES, HOUR, INDEX, TOPICS, a_draft, newest, poll, prepared

from aggregator.core.expr import And, Anything, Company, FromSource, Kind, Language, Not, Or, Primary, matches
from aggregator.core.topics import CompiledTopic, TopicIndex, compile_topics, index
from aggregator.model import DisclosureKind, Topic, TopicSummary
from aggregator.store import feeds, rows, topics
from aggregator.store.schema import topic_entries

ATOMS = st.one_of(
    st.just(Anything()),
    st.sampled_from(sorted(COMPANIES)).map(Company),
    st.sampled_from(sorted(COMPANIES)).map(Primary),
    st.sampled_from([DisclosureKind.AI_GENERATED, DisclosureKind.SPONSORED]).map(Kind),
    st.sampled_from(["lantern", "harbour"]).map(FromSource),
    st.sampled_from(["ko", "zh-tw", "en", "k"]).map(Language),
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=6,
)


def fill(store, several: TopicIndex) -> tuple[CompiledTopic, ...]:
    with store.write() as connection:
        found = topics.sync(connection, several, AUTHORITY, NOON + HOUR)
        topics.fill(connection, found)
    return found


def members(store, slug: str) -> set[int]:
    with store.read() as connection:
        return set(connection.scalars(select(topic_entries.c.entry_id).where(topic_entries.c.slug == slug)))


def some_entries(store) -> dict[int, tuple[str, rows.Packed]]:
    """Eight entries of two sources; returns what was sent by entry id."""
    generated = (a_disclosure(),)
    sponsored = (a_disclosure(DisclosureKind.SPONSORED),)
    lantern = [
        a_draft("1", "samsung", "openai"),
        a_draft("2", "samsung", primary=False, language="ko-KR"),
        replace(a_draft("3", "nvidia", language="zh-TW"), disclosures=generated),
        a_draft("4", language=None),
    ]
    harbour = [
        replace(a_draft("5", "openai", "kakao", primary=False), disclosures=sponsored),
        replace(a_draft("6", "samsung", "nvidia", language="KO"), disclosures=generated + sponsored),
        a_draft("7", "kakao", language="kok"),
        a_draft("8"),
    ]
    poll(store, *lantern)
    poll(store, *harbour, slug="harbour", now=NOON + HOUR)
    sent = [("lantern", draft) for draft in reversed(lantern)] + [
        ("harbour", draft) for draft in reversed(harbour)
    ]
    return {number: (slug, rows.pack(draft)) for number, (slug, draft) in enumerate(sent, 1)}


def test_the_database_answers_every_expression_as_the_core_does(store):
    prepared(store)
    sent = some_entries(store)
    assert members(store, "everything") == set(sent)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(EXPRESSIONS)
    def agree(expr) -> None:
        asked = CompiledTopic(Topic("asked", "Asked", "given"), expr)
        fill(store, index([*INDEX.topics, asked]))
        expected = {key for key, (slug, packed) in sent.items() if matches(expr, rows.facts_of(packed, slug))}
        assert members(store, "asked") == expected

    agree()


def test_a_topic_is_filled_once_and_again_only_when_what_it_asks_changed(store):
    prepared(store)
    assert fill(store, INDEX) == ()
    retitled = [replace(topic, title="Another title") for topic in TOPICS]
    assert fill(store, compile_topics(retitled, COMPANIES)) == ()
    changed = [replace(TOPICS[0], match="openai"), *TOPICS[1:]]
    assert [one.topic.slug for one in fill(store, compile_topics(changed, COMPANIES))] == ["samsung+openai"]


def test_a_new_topic_holds_what_is_stored_in_its_old_order(store):
    prepared(store)
    poll(store, a_draft("1", "kakao"))
    poll(store, a_draft("2", "kakao"), now=NOON + HOUR)
    fill(store, compile_topics([*TOPICS, Topic("kakao", "Kakao", "kakao")], COMPANIES))
    with store.read() as connection:
        found = newest(connection, "kakao", 10)
        assert [story.lead.key for story in found] == ["id:2", "id:1"]
        assert [story.updated for story in found] == [NOON + HOUR, NOON]
        assert feeds.heads(connection)["kakao"].entries == 2


def test_a_topic_that_was_gone_comes_back_under_the_same_feed_id(store):
    prepared(store)
    poll(store, a_draft("1", "nvidia"))
    with store.read() as connection:
        before = feeds.heads(connection)["nvidia"].feed_id
    fill(store, compile_topics([TOPICS[0]], COMPANIES))
    with store.read() as connection:
        assert set(feeds.heads(connection)) == {"samsung+openai"}
    assert members(store, "nvidia") == set()
    fill(store, compile_topics([replace(one, title="x") for one in TOPICS], COMPANIES))
    with store.read() as connection:
        head = feeds.heads(connection)["nvidia"]
    assert (head.feed_id, head.entries) == (before, 1)


def test_a_story_is_one_item_led_by_the_best_source_with_links_to_the_others(store):
    prepared(store)
    words = " ".join(f"same{number}" for number in range(80))
    poll(store, a_draft("1", "samsung", "openai", words=words))
    touched = poll(
        store, a_draft("2", "samsung", "openai", words=words), slug="harbour", now=NOON + HOUR
    ).touched
    assert touched == {"samsung+openai", "everything"}
    with store.read() as connection:
        (story,) = newest(connection, "samsung+openai", 10)
    assert story.lead.source.slug == "harbour", "of the lower rank"
    assert [link.source for link in story.also] == ["Lantern Wire"]
    assert story.updated == NOON + HOUR


def test_a_copy_that_does_not_match_is_linked_and_touches_the_topic(store):
    prepared(store)
    words = " ".join(f"same{number}" for number in range(80))
    poll(store, a_draft("1", "samsung", "openai", words=words))
    changes = poll(store, a_draft("2", words=words), slug="harbour", now=NOON + HOUR)
    assert "samsung+openai" in changes.touched
    with store.read() as connection:
        (story,) = newest(connection, "samsung+openai", 10)
    assert (story.lead.source.slug, [link.source for link in story.also]) == ("lantern", ["Harbour Post"])
    assert story.updated == NOON


def test_a_later_copy_moves_no_story_up(store):
    prepared(store)
    words = " ".join(f"same{number}" for number in range(80))
    poll(store, a_draft("1", "samsung", "openai", words=words))
    poll(store, a_draft("2", "samsung", "openai"), now=NOON + HOUR)
    poll(store, a_draft("3", "samsung", "openai", words=words), slug="harbour", now=NOON + 2 * HOUR)
    with store.read() as connection:
        found = newest(connection, "samsung+openai", 10)
    assert [story.lead.key for story in found] == ["id:2", "id:3"]


def test_the_same_text_weeks_apart_is_another_story(store):
    prepared(store)
    words = " ".join(f"same{number}" for number in range(80))
    poll(store, a_draft("1", "nvidia", words=words, published=NOON))
    later = NOON + timedelta(days=20)
    poll(store, a_draft("2", "nvidia", words=words, published=later), now=later)
    with store.read() as connection:
        assert len(newest(connection, "nvidia", 10)) == 2


@pytest.mark.parametrize("limit", [1, 3, 50])
def test_a_feed_holds_the_newest_stories_however_many_copies_they_have(store, limit):
    prepared(store)
    for number in range(6):
        words = " ".join(f"n{number}w{word}" for word in range(80))
        now = NOON + number * HOUR
        poll(store, *(a_draft(f"{number}-{copy}", "nvidia", words=words) for copy in range(5)), now=now)
    with store.read() as connection:
        found = newest(connection, "nvidia", limit)
    assert [story.lead.key[:4] for story in found] == [f"id:{number}" for number in (5, 4, 3, 2, 1, 0)][
        :limit
    ]
    assert all(len(story.also) == 4 for story in found)


def test_a_feed_takes_as_many_statements_whatever_is_stored(store):
    prepared(store)

    def statements() -> int:
        before = store.statements
        with store.read() as connection:
            newest(connection, "everything", 20)
        return store.statements - before

    poll(store, a_draft("1", "nvidia"))
    few = statements()
    poll(store, *(a_draft(f"m{number}", "nvidia") for number in range(300)), now=NOON + HOUR)
    assert statements() == few


def test_summaries_stand_in_the_files_order_also_before_anything_is_stored(store):
    prepared(store)
    poll(store, a_draft("1", "nvidia"))
    unknown = Topic("unknown", "Unknown", "*")
    with store.read() as connection:
        found = topics.summaries(connection, (unknown, *TOPICS), topics.told(connection), {"nvidia"})
    assert [(one.topic.slug, one.entries) for one in found] == [
        ("unknown", 0),
        ("samsung+openai", 0),
        ("nvidia", 1),
        ("everything", 1),
    ]
    assert found[0] == TopicSummary(unknown, 0, None)
