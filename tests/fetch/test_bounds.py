"""Slow, large, lying and broken answers: each ends, soon, as the source's trouble."""

import asyncio
import gzip
import time
from dataclasses import replace

import pytest
from fetch.faults import FEED, QUICK, drip, response, settings, silence, state, then_close

from aggregator.fetch.http import Fetcher
from aggregator.fetch.large import LARGE, LARGE_AT_ONCE
from aggregator.model import Failed, Fetched, FetchLimits, Trouble

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
MANY = b"<rss>" + b"x" * 300 * 1024 + b"</rss>"


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + body + end


async def flood(writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: and more\r\n" * 100)
        await writer.drain()


async def one_endless_header(writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        writer.write(b"x" * 4096)
        await writer.drain()


async def endless_body(writer) -> None:
    writer.write(HEAD + b"\r\n")
    while True:
        writer.write(b"<item/>" * 1000)
        await writer.drain()


async def endless_chunk_extension(writer) -> None:
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;")
    while True:
        writer.write(b"x" * 4096)
        await writer.drain()


async def endless_continues(writer) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 10)
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        pytest.param(silence, Trouble.TIMEOUT, id="never answers"),
        pytest.param(drip(response(), 0.1), Trouble.TIMEOUT, id="a byte at a time, headers and all"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n\r\n" + FEED, 0.03), Trouble.TIMEOUT, id="a byte at a time"),
        pytest.param(flood, Trouble.BOUND, id="headers without end"),
        pytest.param(one_endless_header, Trouble.BOUND, id="a header without end"),
        pytest.param(endless_body, Trouble.BOUND, id="a body without end"),
        pytest.param(endless_chunk_extension, Trouble.BOUND, id="a chunk extension without end"),
        pytest.param(endless_continues, Trouble.TIMEOUT, id="100 Continue for ever"),
        pytest.param(response(body=MANY), Trouble.BOUND, id="larger than allowed, and says so"),
        pytest.param(chunked(MANY[:200_000], MANY[200_000:]), Trouble.BOUND, id="larger, in chunks"),
        pytest.param(response(X="y" * 20_000), Trouble.BOUND, id="one large header"),
        pytest.param(response(**{f"X{i}": "y" * 900 for i in range(20)}), Trouble.BOUND, id="large headers"),
        pytest.param(response(**{f"X{i}": "y" for i in range(500)}), Trouble.BOUND, id="many headers"),
        pytest.param(then_close(b""), Trouble.NETWORK, id="closes without a word"),
        pytest.param(then_close(HEAD), Trouble.NETWORK, id="closes within the headers"),
        pytest.param(then_close(response()[:-20]), Trouble.NETWORK, id="half a body"),
        pytest.param(then_close(chunked(FEED[:40], end=b"")), Trouble.NETWORK, id="half of the chunks"),
        pytest.param(chunked(FEED[:40], end=b"zz\r\nwhat"), Trouble.NETWORK, id="bad chunking"),
        pytest.param(then_close(b"\x00\x01\x02 not HTTP\r\n\r\n"), Trouble.NETWORK, id="not HTTP"),
        pytest.param(then_close(b"SSH-2.0-OpenSSH_9\r\n"), Trouble.NETWORK, id="another protocol"),
        pytest.param(response(Content_Length="-5"), Trouble.NETWORK, id="a negative length"),
        pytest.param(response(Content_Length="many"), Trouble.NETWORK, id="a length that is no number"),
        pytest.param(
            then_close(response(Content_Length="20")), Trouble.NETWORK, id="more bytes than promised"
        ),
        pytest.param(b"HTTP/1.1 abc OK\r\n\r\n", Trouble.NETWORK, id="a status that is no number"),
    ],
)
async def test_a_hostile_answer_ends_soon_as_the_sources_trouble(server, fetcher, answer, trouble):
    url = server.tell("/feed", answer)
    began = time.monotonic()
    result = await fetcher.fetch(state(url))
    assert time.monotonic() - began < 1.5
    assert isinstance(result, Failed), result
    assert result.trouble is trouble, result
    assert result.why.startswith("127.0.0.1")
    assert {request.line for request in server.requests} == {"GET /feed HTTP/1.1"}


async def test_after_a_hostile_answer_the_next_source_is_served(server, fetcher):
    await fetcher.fetch(state(server.tell("/bad", endless_body)))
    assert isinstance(await fetcher.fetch(state(server.tell("/good", response()))), Fetched)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(then_close(response(Content_Length="5000")), id="fewer bytes than promised"),
        pytest.param(then_close(chunked(FEED, end=b"")), id="no last chunk"),
        pytest.param(
            then_close(response(body=gzip.compress(FEED)[:-8], Content_Encoding="gzip", ETag='"x"')),
            id="gzip without its end",
        ),
    ],
)
async def test_a_document_whose_own_end_came_is_taken_but_nothing_vouches_for_it(server, fetcher, answer):
    result = await fetcher.fetch(state(server.tell("/feed", answer)))
    assert isinstance(result, Fetched), result
    assert result.document.body == FEED
    assert (result.validators.etag, result.validators.last_modified) == (None, None)


async def test_what_follows_a_body_never_becomes_the_next_answer(server, fetcher):
    smuggled = response(body=b"<rss>theirs</rss>")
    url = server.tell("/feed", response() + smuggled, response(body=b"<rss>ours</rss>"))
    await fetcher.fetch(state(url))
    await asyncio.sleep(0.05)
    result = await fetcher.fetch(state(url))
    assert isinstance(result, Fetched)
    assert result.document.body == b"<rss>ours</rss>"
    assert len(server.requests) == 2


async def test_nobody_listening_is_told_in_words(server, fetcher):
    port = server.port
    await server.__aexit__()
    result = await fetcher.fetch(state(f"http://127.0.0.1:{port}/"))
    assert isinstance(result, Failed)
    assert result.why == "127.0.0.1: refuses the connection"


async def test_the_time_limits_are_named_by_the_one_that_was_met(server):
    limits = FetchLimits(first_byte_seconds=0.2, total_seconds=5)
    async with Fetcher(settings(limits)) as fetcher:
        result = await fetcher.fetch(state(server.tell("/feed", silence)))
    assert isinstance(result, Failed)
    assert result.why == "127.0.0.1: no answer within 0.2 s"


async def test_many_large_bodies_at_once_all_arrive(server):
    body = b"<rss>" + b"x" * 600 * 1024 + b"</rss>"
    url = server.tell("/feed", response(body=body))
    async with Fetcher(settings(FetchLimits())) as fetcher:
        results = await asyncio.gather(*(fetcher.fetch(state(url)) for _ in range(12)))
    assert all(isinstance(result, Fetched) and result.document.body == body for result in results)


async def test_large_bodies_wait_until_those_before_them_are_passed_on_and_their_time_stands_still(server):
    body = b"<rss>" + b"x" * (LARGE + 1) + b"</rss>"
    url = server.tell("/feed", response(body=body))
    room, kept = asyncio.Event(), []

    async def keep(size: int) -> None:
        kept.append(size)
        await room.wait()

    limits = replace(QUICK, max_bytes=4 * LARGE, total_seconds=0.5)
    async with Fetcher(settings(limits)) as fetcher:
        asking = [asyncio.create_task(fetcher.fetch(state(url), keep)) for _ in range(6)]
        await asyncio.sleep(1.5 * limits.total_seconds)
        assert kept == [len(body)] * LARGE_AT_ONCE
        small = await fetcher.fetch(state(server.tell("/small", response())))
        assert isinstance(small, Fetched)
        room.set()
        results = await asyncio.gather(*asking)
    assert all(isinstance(result, Fetched) for result in results)


async def test_nothing_but_a_new_body_is_passed_on(server, fetcher):
    kept = []

    async def keep(size: int) -> None:
        kept.append(size)

    first = await fetcher.fetch(state(server.tell("/feed", response())), keep)
    await fetcher.fetch(state(server.url("/feed"), first.validators), keep)
    await fetcher.fetch(state(server.tell("/no", response("500 No"))), keep)
    assert kept == [len(FEED)]


async def test_no_task_and_no_connection_is_left(server):
    before = asyncio.all_tasks()
    async with Fetcher(settings()) as fetcher:
        await fetcher.fetch(state(server.tell("/a", silence)))
        await fetcher.fetch(state(server.tell("/b", response())))
    await asyncio.sleep(0.05)
    mine = {task for task in asyncio.all_tasks() - before if "_connected" not in repr(task)}
    assert mine == set()


@pytest.mark.parametrize(
    ("body", "vouched"),
    [(FEED, True), (b'{"version": "1"}', True), (FEED[:50], False), (b'{"version": "1', False)],
)
async def test_nothing_vouches_for_a_body_that_may_have_been_cut_off_unnoticed(
    server, fetcher, body, vouched
):
    head = b'HTTP/1.1 200 OK\r\nETag: "x"\r\nConnection: close\r\n\r\n'
    result = await fetcher.fetch(state(server.tell("/feed", then_close(head + body))))
    assert isinstance(result, Fetched)
    assert result.document.body == body
    assert result.validators.etag == ('"x"' if vouched else None)
