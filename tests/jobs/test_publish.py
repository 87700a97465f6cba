from __future__ import annotations

from dataclasses import replace

import pytest
from jobs.feeds import World, item
from sqlalchemy import func, select

from aggregator.errors import PublishError
from aggregator.jobs.publish import publish
from aggregator.store import outputs, schema
from aggregator.store.members import raise_revisions
from aggregator.write import formats, listing


@pytest.fixture
def world(tmp_path, opened) -> World:
    world = World(tmp_path, opened(f"sqlite:///{tmp_path}/a.db"))
    world.cycle()
    return world


@pytest.mark.parametrize(
    "name", ["nvidia.atom", "nvidia.rss", "nvidia.json", "everything.html", "index.html", "topics.opml"]
)
@pytest.mark.parametrize("harm", ["deleted", "emptied"])
def test_a_file_that_is_gone_or_empty_is_written_again_and_no_other(world, name, harm):
    before = world.files()
    if harm == "deleted":
        (world.output / name).unlink()
    else:
        (world.output / name).write_bytes(b"")
    assert publish(world.setup, world.store) == 1
    after = world.files()
    assert {key: body for key, (_, body) in after.items()} == {key: body for key, (_, body) in before.items()}
    assert {key for key in after if after[key][0] != before[key][0]} == {name}


def test_a_format_taken_out_takes_its_files_along_and_one_put_back_brings_them(world):
    before = world.files()
    first, second, third = world.setup.topics
    world.change(topics=(replace(first, formats=("atom", "json")), second, third))
    assert publish(world.setup, world.store) == 4  # the other files link to it no more
    after = world.files()
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed == {f"{first.slug}.{suffix}" for suffix in ("atom", "html", "rss")} | {"index.html"}
    assert f"{first.slug}.rss" not in after
    world.change(topics=(first, second, third))
    assert publish(world.setup, world.store) == 4
    assert {name: body for name, (_, body) in world.files().items()} == {
        name: body for name, (_, body) in before.items()
    }


@pytest.mark.parametrize("extension", ["atom", "rss", "json"])
def test_news_of_one_topic_rewrites_its_feeds_in_every_format_and_no_others(world, extension):
    before = world.files()
    world.write(0, [item(0, 2, "Nvidia shrinks")])
    world.cycle()
    after = world.files()
    assert "Nvidia shrinks" in world.text(f"nvidia.{extension}")
    assert before[f"samsung+openai.{extension}"] == after[f"samsung+openai.{extension}"]


def test_a_lost_record_of_what_was_published_rewrites_no_file_that_is_right(world):
    before = world.files()
    with world.store.write() as connection:
        outputs.forget(connection, list(before))
    assert publish(world.setup, world.store) == 0
    assert world.files() == before


@pytest.mark.parametrize(
    ("setting", "value"),
    [("title", "Evening feeds"), ("base_url", "https://other.example/"), ("disclaimer", "New words.")],
)
def test_a_changed_setting_that_files_show_rewrites_them(world, setting, value):
    world.change(**{setting: value})
    assert publish(world.setup, world.store) >= 6
    assert value in world.text("nvidia.atom") + world.text("index.html")
    assert publish(world.setup, world.store) == 0


def test_no_unfinished_file_is_left_and_readers_may_read_every_file(world):
    assert not [name for name in world.files() if name.startswith(".")]
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in world.output.iterdir())


def test_an_output_folder_that_is_a_file_is_told(world):
    (world.folder / "file").write_text("")
    world.change(output=str(world.folder / "file" / "output"))
    with pytest.raises(PublishError, match=r"settings\.output"):
        publish(world.setup, world.store)


def _made_anew(world: World) -> dict[str, bytes]:
    """Every file as a publisher makes it that remembers nothing of those before."""
    with world.store.write() as connection:
        connection.execute(schema.layouts.delete())
    for path in world.output.iterdir():
        path.unlink()
    publish(world.setup, world.store)
    return {name: body for name, (_, body) in world.files().items()}


@pytest.mark.parametrize(
    "news",
    [
        [item(0, 2, "Nvidia shrinks"), item(0, 0, "Samsung and OpenAI meet"), item(0, 1, "Nvidia grows")],
        [item(0, 0, "Samsung and OpenAI meet again"), item(0, 1, "Nvidia grows")],  # changed
        [
            item(0, 0, "Samsung and OpenAI meet", "s1n0w0 " + " ".join(f"s1n0w{n}" for n in range(1, 40)))
        ],  # a copy
        [item(0, 5, "Nobody's news of nothing")],
    ],
)
def test_files_of_old_and_new_pieces_are_what_a_writer_makes_of_the_whole(world, news):
    world.write(0, news)
    world.cycle()
    put_together = {name: body for name, (_, body) in world.files().items()}
    assert put_together == _made_anew(world)


def test_only_stories_that_changed_are_written_again(world, monkeypatch):
    written: list[tuple[str, int]] = []

    def counting(suffix, write):
        def count(feed):
            written.append((f"{feed.topic.slug}.{suffix}", len(feed.stories)))
            return write(feed)

        return count

    counted = {suffix: counting(suffix, write) for suffix, write in formats.WRITERS.items()}
    monkeypatch.setattr(formats, "WRITERS", counted)
    world.write(0, [item(0, 2, "Nvidia shrinks")])
    world.cycle()
    every = {"nvidia", "everything"}
    assert sorted(written) == sorted((f"{slug}.{suffix}", 1) for slug in every for suffix in formats.WRITERS)
    written.clear()
    world.change(disclaimer="New words.")  # which stand in every story
    publish(world.setup, world.store)
    assert dict(written)["everything.atom"] == 7


def test_the_front_page_writes_the_topics_that_changed_and_copies_the_others(world, monkeypatch):
    written: list[set[str]] = []
    real = listing.write_index
    monkeypatch.setattr(listing, "write_index", lambda page: written.append(set(page.fresh)) or real(page))
    before = world.files()
    world.write(0, [item(0, 2, "Nvidia shrinks")])
    world.cycle()
    assert written == [{"nvidia", "everything"}]
    assert "Nvidia shrinks" in world.text("index.html")
    after = world.files()
    assert after["topics.opml"] == before["topics.opml"]
    world.change(sources=tuple(replace(one, name=f"{one.name}!") for one in world.setup.sources))
    world.cycle()
    assert written[-1] == {topic.slug for topic in world.setup.topics}
    assert "Source 0!" in world.text("index.html")


@pytest.mark.parametrize("name", ["nvidia.atom", "index.html"])
def test_a_file_that_somebody_changed_is_not_copied_from(world, name):
    path = world.output / name
    expected = path.read_bytes()
    path.write_bytes(expected.replace(b"grows", b"sinks"))
    world.write(0, [item(0, 2, "Nvidia shrinks")])
    world.cycle()
    assert b"sinks" not in path.read_bytes()
    assert b"Nvidia shrinks" in path.read_bytes()


def test_a_purged_story_goes_and_the_others_are_copied(world):
    world.write(0, [item(0, 2, "Nvidia shrinks")])
    world.cycle()
    with world.store.write() as connection:
        first = connection.scalar(select(func.min(schema.topic_entries.c.entry_id)))
        connection.execute(schema.topic_entries.delete().where(schema.topic_entries.c.entry_id == first))
        raise_revisions(connection, {topic.slug: 0 for topic in world.setup.topics})
    publish(world.setup, world.store)
    left = {name: body for name, (_, body) in world.files().items()}
    assert left == _made_anew(world)
