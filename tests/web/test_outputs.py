from __future__ import annotations

import asyncio
import os

import pytest

from aggregator.web.outputs import Outputs, servable


async def body(outputs: Outputs, name: str) -> bytes | None:
    held = await outputs.find(name)
    return held and held.plain.body


async def test_a_file_is_read_once_and_again_only_when_it_changed(output, monkeypatch):
    outputs = Outputs(output)
    await body(outputs, "topics.opml")
    first = outputs.held("topics.opml")
    assert first is await outputs.find("topics.opml")
    (output / "new.tmp").write_text("<opml>2</opml>")
    os.replace(output / "new.tmp", output / "topics.opml")  # noqa: PTH105
    assert outputs.held("topics.opml") is None
    assert await body(outputs, "topics.opml") == b"<opml>2</opml>"


async def test_a_file_replaced_by_one_of_the_same_size_and_time_is_noticed(output):
    outputs = Outputs(output)
    path = output / "topics.opml"
    os.utime(path, (1000, 1000))
    assert await body(outputs, "topics.opml") == b"<opml/>"
    (output / "new.tmp").write_text("<OPML/>")
    os.utime(output / "new.tmp", (1000, 1000))
    os.replace(output / "new.tmp", path)  # noqa: PTH105
    assert await body(outputs, "topics.opml") == b"<OPML/>"


async def test_a_file_that_goes_leaves_memory(output):
    outputs = Outputs(output)
    await body(outputs, "topics.opml")
    assert outputs.memory > 0
    (output / "topics.opml").unlink()
    assert await body(outputs, "topics.opml") is None
    assert outputs.memory == 0


async def test_memory_stays_within_its_bound_and_the_longest_unused_goes_first(output):
    for number in range(6):
        (output / f"t{number}.atom").write_bytes(os.urandom(10_000))
    outputs = Outputs(output, memory_bytes=65_000)
    for number in range(3):
        await body(outputs, f"t{number}.atom")
    await body(outputs, "t0.atom")
    await body(outputs, "t3.atom")
    assert outputs.memory <= 65_000
    assert outputs.held("t0.atom") is not None
    assert outputs.held("t1.atom") is None


async def test_a_file_larger_than_memory_is_served_and_not_kept(output):
    outputs = Outputs(output, memory_bytes=100)
    assert len(await body(outputs, "samsung+openai.atom")) > 100
    assert outputs.memory == 0


async def test_many_who_ask_at_once_for_a_cold_file_all_get_it_and_it_is_counted_once(output):
    outputs = Outputs(output)
    bodies = await asyncio.gather(*(body(outputs, "samsung+openai.atom") for _ in range(20)))
    assert len(set(bodies)) == 1
    held = outputs.held("samsung+openai.atom")
    assert outputs.memory == held.weight


@pytest.mark.parametrize("name", ["pipe.atom", "link.atom", "folder.atom"])
async def test_what_is_no_plain_file_is_not_read(output, name):
    if name == "pipe.atom":
        os.mkfifo(output / name)
    assert await asyncio.wait_for(Outputs(output).find(name), 2) is None


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("a+b.atom", True),
        ("a.b.html", True),
        ("삼성.atom", True),
        (".a.atom", False),
        ("a/b.atom", False),
        ("a.md", False),
    ],
)
def test_only_names_of_ours_are_servable(name, result):
    assert servable(name) is result
