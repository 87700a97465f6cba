from __future__ import annotations

import pytest
from jobs.feeds import World, item

from aggregator.jobs.overview import explain
from aggregator.model import Topic

COPY = " ".join(f"word{number}" for number in range(60))


@pytest.fixture
def world(tmp_path, opened) -> World:
    return World(tmp_path, opened(f"sqlite:///{tmp_path}/a.db"), sources=2)


def verdicts(world: World, url: str):
    return {verdict.slug: verdict for verdict in explain(url, world.setup, world.store).verdicts}


@pytest.mark.parametrize(
    ("match", "text", "why"),
    [
        ("openai", "openai", "not mentioned"),
        ("orange", "orange", "'Orange juice' in the title does not count: part of 'Orange juice'"),
        ("samsung AND softbank", "softbank", "not mentioned"),
        ("openai OR orange", "openai OR orange", "none of these holds; 'Orange juice' in the title does not"),
        ("NOT samsung", "NOT samsung", "'Samsung' in the title"),
        ("NOT sponsored", "NOT sponsored", "it is disclosed: This article was sponsored by Lumen."),
        ("ai-generated", "ai-generated", "nothing says so"),
        ("source:s1", "source:s1", "it is from s0"),
        ("lang:ko", "lang:ko", "its language is en"),
        ("primary:nokia", "primary:nokia", "mentioned in passing, 0."),
    ],
)
def test_an_entry_that_is_not_in_a_topic_is_told_which_part_failed_and_why(world, match, text, why):
    body = (
        "The company said on Tuesday that it will sell juice in its shops, and nothing else for a while. "
        "Nokia has done the like before, an analyst said, and it was not a success at all. "
        "This article was sponsored by Lumen."
    )
    world.write(0, [item(0, 7, "Samsung sells Orange juice", body)])
    world.change(topics=(Topic("asked", "Asked", match),))
    world.cycle()
    verdict = verdicts(world, "https://s0.example/7")["asked"]
    assert not verdict.matches
    (failure,) = verdict.failures
    assert failure.text == text
    assert failure.why.startswith(why)


def test_where_another_source_leads_the_story_it_is_named(world):
    world.write(0, [item(0, 5, "Samsung and OpenAI open a lab", COPY)])
    world.cycle()
    world.write(1, [item(1, 5, "Samsung and OpenAI open a lab", COPY)])
    world.cycle()
    shown = verdicts(world, "https://s1.example/5")["samsung+openai"].shown
    assert (shown.lead_url, shown.lead_source) == ("https://s0.example/5", "Source 0")


def test_an_entry_that_newer_ones_have_pushed_out_of_its_feed_is_told_so(world):
    world.change(topics=(Topic("nvidia", "NVIDIA", "nvidia", limit=1),))
    world.write(0, [item(0, number, f"Nvidia grows {number} times") for number in (1, 2)])
    world.cycle()
    old, new = (verdicts(world, f"https://s0.example/{number}")["nvidia"] for number in (1, 2))
    assert old.matches
    assert old.shown is None
    assert new.shown is not None


def test_each_name_is_told_with_the_words_around_it(world):
    world.write(0, [item(0, 1, "Nvidia grows", "In the end it was Nvidia that gave most, said the town")])
    world.cycle()
    found = explain("https://s0.example/1", world.setup, world.store).found
    assert [(one.mention.evidence.place, one.around) for one in found] == [
        ("title", "Nvidia grows"),
        ("lead", "In the end it was Nvidia that gave most, said the town."),
    ]
