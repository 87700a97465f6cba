from __future__ import annotations

import asyncio
import gzip
import http.client
import signal
import socket
import time
from contextlib import asynccontextmanager

import pytest
from web.asking import FEED

from aggregator.errors import ConfigError
from aggregator.web import Server, create_app, quick

GET = b"GET /samsung+openai.atom HTTP/1.1\r\nHost: x\r\n\r\n"


@asynccontextmanager
async def serving(output):
    server = Server(create_app(output), "127.0.0.1", 0)
    await server.start()
    try:
        yield server.port
    finally:
        await server.stop()


def fetch(port: int, path: str, **headers: str):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(
        "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    response = connection.getresponse()
    answer = response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    connection.close()
    return answer


async def answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    at = head.lower().find(b"content-length: ")
    length = int(head[at + 16 : head.index(b"\r\n", at)]) if at >= 0 else 0
    return head, await asyncio.wait_for(reader.readexactly(length), 5)


async def test_the_quick_way_answers_as_the_slow_one_does(output):
    async with serving(output) as port:
        slow = await asyncio.to_thread(fetch, port, "/samsung+openai.atom", connection="close")
        quick_one = await asyncio.to_thread(fetch, port, "/samsung+openai.atom")
    for found in (slow, quick_one):
        found[1].pop("date")
        found[1].pop("connection", None)
    assert slow == quick_one
    assert quick_one[2] == FEED


async def test_both_ways_answer_304_alike(output):
    async with serving(output) as port:
        etag = (await asyncio.to_thread(fetch, port, "/samsung+openai.atom"))[1]["etag"]
        quick_one = await asyncio.to_thread(fetch, port, "/samsung+openai.atom", if_none_match=etag)
        slow = await asyncio.to_thread(
            fetch, port, "/samsung+openai.atom", if_none_match=etag, connection="close"
        )
    assert (quick_one[0], quick_one[2]) == (slow[0], slow[2]) == (304, b"")
    assert quick_one[1].keys() == slow[1].keys() - {"connection"}


async def test_a_connection_may_mix_plain_and_unusual_requests(output):
    async with serving(output) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in (
            GET,
            GET,
            GET.replace(b"+", b"%2B"),
            GET,
            b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
            GET,
        ):
            writer.write(request)
            head, body = await answer(reader)
            assert head.startswith(b"HTTP/1.1 200 OK")
            assert body == (b"ok\n" if b"healthz" in request else FEED)
        writer.close()


async def test_requests_in_one_packet_or_in_pieces_are_all_answered(output):
    async with serving(output) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET + GET)
        assert (await answer(reader))[1] == (await answer(reader))[1] == FEED
        for at in range(0, len(GET), 20):
            writer.write(GET[at : at + 20])
            await asyncio.sleep(0.005)
        assert (await answer(reader))[1] == FEED
        writer.close()


async def test_a_changed_file_is_served_at_the_next_request(output):
    async with serving(output) as port:
        before = await asyncio.to_thread(fetch, port, "/samsung+openai.atom")
        (output / "samsung+openai.atom").write_bytes(FEED + b"<!-- new -->")
        after = await asyncio.to_thread(fetch, port, "/samsung+openai.atom")
    assert after[2] == FEED + b"<!-- new -->"
    assert after[1]["etag"] != before[1]["etag"]


async def test_a_client_that_asks_without_reading_does_not_fill_memory(output):
    (output / "big.atom").write_bytes(bytes(range(256)) * 8000)
    request = b"GET /big.atom HTTP/1.1\r\nHost: x\r\n\r\n"
    async with serving(output) as port:
        await asyncio.to_thread(fetch, port, "/big.atom")
        _reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        for _ in range(50):
            writer.write(request)
            await asyncio.sleep(0.002)
        sizes = [t.get_write_buffer_size() for t in _server_transports(port)]
        writer.close()
    assert sizes
    assert max(sizes) < 5 * 256 * 8000


def _server_transports(port: int) -> list[asyncio.Transport]:
    import gc

    found = [item for item in gc.get_objects() if isinstance(item, quick.QuickProtocol)]
    return [item.transport for item in found if item.server and item.server[1] == port]


async def test_a_head_that_never_ends_is_not_waited_for(output, monkeypatch):
    monkeypatch.setattr(quick, "SECONDS_FOR_A_HEAD", 0.2)
    async with serving(output) as port:
        await asyncio.to_thread(fetch, port, "/samsung+openai.atom")  # held from now on
        for first in (b"", b"GET / HT", GET):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(first)
            await asyncio.wait_for(reader.read(), 3)  # the end of what the server sends
            writer.close()


async def test_packed_bodies_arrive_whole(output):
    async with serving(output) as port:
        for _ in range(2):
            status, headers, body = await asyncio.to_thread(
                fetch, port, "/samsung+openai.atom", accept_encoding="gzip"
            )
            assert (status, headers["content-encoding"]) == (200, "gzip")
            assert gzip.decompress(body) == FEED


async def test_head_and_body_are_not_held_back_by_nagle(output):
    async with serving(output) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        started = time.perf_counter()
        for _ in range(10):
            writer.write(GET.replace(b"+", b"%2B"))
            await answer(reader)
        writer.close()
    assert time.perf_counter() - started < 0.3  # 40 ms for each otherwise


async def test_stopping_takes_no_longer_than_seconds_though_a_client_stays(output):
    server = Server(create_app(output), "127.0.0.1", 0)
    await server.start()
    _reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(GET)
    started = time.perf_counter()
    await server.stop()
    assert time.perf_counter() - started < 2
    writer.close()
    await server.stop()


async def test_a_server_leaves_the_signals_to_its_owner(output):
    before = signal.getsignal(signal.SIGTERM)
    async with serving(output):
        assert signal.getsignal(signal.SIGTERM) is before


async def test_a_busy_port_is_told_with_a_way_out(output):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = Server(create_app(output), "127.0.0.1", taken.getsockname()[1])
        with pytest.raises(ConfigError, match="in use by another program"):
            await server.start()


async def test_a_host_that_is_not_ours_is_told(output):
    with pytest.raises(ConfigError, match="cannot be listened on"):
        await Server(create_app(output), "host.invalid.", 0).start()
