from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core import stories
from aggregator.model import Article, Passage, Place

AGENCY = (
    "Samsung Electronics and OpenAI will set up a memory laboratory in Suwon, the companies said on Tuesday. "
    "The laboratory will employ two hundred engineers and open its doors in the spring of next year. "
    "Both partners called the step the natural next stage of a friendship that began over a shared pot of tea. "
    "Analysts in the sample city of Lantern Bay expect the first wafers within eighteen months of opening. "
    "Neither company disclosed what the building costs, nor who will water the plants on its roof garden."
)
OTHER = (
    "The harvest festival drew a record crowd to the old harbour, where volunteers pressed juice all weekend. "
    "Growers spoke of a mild summer and of the kindness of neighbours who came to carry baskets at dawn. "
    "The mayor promised a second press for next year, and a roof over the queue for the pancake stall. "
    "Children painted the old crane in seven colours, none of which had been agreed with the harbour master."
)


def article(title: str, body: str) -> Article:
    lead, *rest = body.split(". ")
    passages = [Passage(Place.TITLE, title), Passage(Place.LEAD, lead)]
    return Article(url=None, title=title, passages=(*passages, *(Passage(Place.BODY, text) for text in rest)))


def same(one: Article, other: Article) -> bool:
    return stories.same(stories.sketch(one), stories.sketch(other))


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("Samsung and OpenAI open a lab", AGENCY, True),
        ("SAMSUNG AND OPENAI OPEN A LAB", AGENCY.replace("Tuesday", "4 February"), True),
        ("A memory lab for Suwon", AGENCY.replace("Analysts in", "Observers in"), True),
        ("Tea, then wafers", AGENCY, True),  # another headline over the same text
        ("Samsung and OpenAI open a lab", OTHER, False),  # the words of a headline alone are no story
        ("A roof for the pancake stall", OTHER, False),
    ],
)
def test_near_copies_of_a_text_are_one_story(title, body, expected):
    assert same(article("Samsung and OpenAI to open a memory lab", AGENCY), article(title, body)) is expected


def test_a_long_headline_over_two_short_summaries_makes_one_story():
    title = "Harbour cranes of Lantern Bay painted in seven colours"
    assert same(article(title, "Nobody asked the master."), article(title, "A picture report from the quay."))


def test_a_column_that_keeps_its_headline_is_a_new_story_each_day():
    assert not same(article("Morning briefing", AGENCY), article("Morning briefing", OTHER))


def test_items_made_from_a_short_template_stay_apart():
    body = "Article at example.org. Comments at example.org. Points 12. Comments 3"
    assert not same(article("Show us your tea pot", body), article("Rust in the harbour crane", body))


def test_korean_and_japanese_near_copies_are_found():
    korean = (
        "삼성전자와 오픈AI가 수원에 메모리 연구소를 세운다고 화요일 밝혔다. 연구소는 내년 봄에 문을 연다. "
        * 3
    )
    japanese = (
        "サムスン電子とオープンAIは水原にメモリー研究所を設けると火曜日に発表した。開所は来年の春となる。"
    )
    assert same(article("연구소", korean), article("메모리 연구소", korean.replace("화요일", "수요일")))
    assert same(article("研究所", japanese), article("メモリー研究所", japanese.replace("火曜日", "水曜日")))


def test_near_copies_share_a_band_and_strangers_share_none():
    one = stories.bands(stories.sketch(article("A lab", AGENCY)))
    copy = stories.bands(stories.sketch(article("The lab", AGENCY.replace("spring", "summer"))))
    stranger = stories.bands(stories.sketch(article("Juice", OTHER)))
    assert set(one) & set(copy)
    assert not set(one) & set(stranger)


def test_a_sketch_is_the_same_on_every_machine_and_for_years():
    found = stories.sketch(article("A lab", AGENCY))
    assert found[:3] == (86, 2, 1557491208)
    assert found[10:15] == (3904355907, 5267854, 77072521, 185392857, 251930791)


def test_the_same_words_in_another_order_are_another_text():
    there, back = (
        stories.sketch(article("", " ".join(words))) for words in (AGENCY.split(), AGENCY.split()[::-1])
    )
    assert stories.similarity(there, back) < 0.05  # "the step the"


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_has_a_sketch_that_fits_its_columns(title, body):
    found = stories.sketch(article(title, body))
    assert len(found) == 3 + stories.TITLE_SLOTS + stories.SLOTS
    assert all(-1 <= value < 2**32 for value in found)
    assert all(0 <= value < 2**63 for value in stories.bands(found))
    assert stories.similarity(found, found) in (0.0, 1.0)
