from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.web.quick import PlainGet, plain_get

GET = b"GET /a+b.atom HTTP/1.1\r\nHost: x\r\n\r\n"


def test_a_plain_get_is_understood():
    data = (
        b"GET /feeds/a+b.atom HTTP/1.1\r\nHOST: x\r\nUser-Agent: Reader/1.0\r\nAccept-Encoding:  gzip \r\n"
        b'If-None-Match: "a"\r\nif-none-match: "b"\r\nConnection: Keep-Alive\r\n'
        b"If-Modified-Since: Tue, 04 Feb 2025 12:00:00 GMT\r\n\r\n"
    )
    assert plain_get(data) == PlainGet(
        "/feeds/a+b.atom", b"gzip", b'"a","b"', b"Tue, 04 Feb 2025 12:00:00 GMT"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        GET[:-2],
        GET + GET,
        GET + b"x",
        GET.replace(b"GET", b"POST"),
        GET.replace(b"GET", b"HEAD"),
        GET.replace(b"1.1", b"1.0"),
        GET.replace(b"/a", b"/a?b"),
        GET.replace(b"+", b"%2B"),
        GET.replace(b"/a", b"http://x/a"),
        GET.replace(b"Host: x\r\n", b""),
        GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
        GET.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n"),
        GET.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"),
        GET.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding : chunked\r\n\r\n"),
        GET.replace(b"\r\n\r\n", b"\r\n Content-Length: 5\r\n\r\n"),
        GET.replace(b"\r\n\r\n", b"\r\nX: a\nContent-Length: 5\r\n\r\n"),
        GET.replace(b"\r\n\r\n", b"\r\nX: a\rb\r\n\r\n"),
        GET.replace(b"\r\n\r\n", b"\r\nX: a\x00b\r\n\r\n"),
        GET.replace(b"\r\n\r\n", b"\r\nUpgrade: websocket\r\n\r\n"),
        GET.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"),
        GET.replace(b"\r\n\r\n", b"\r\nnonsense\r\n\r\n"),
        GET.replace(b"\r\n\r\n", b"\r\nX: " + b"a" * 5000 + b"\r\n\r\n"),
    ],
)
def test_anything_unusual_is_left_to_the_server(data):
    assert plain_get(data) is None


@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from([GET, b"\r\n", b"\r", b"\n", b"Host: x", b" ", b":"])).map(b"".join)
)
def test_no_bytes_break_the_question(data):
    result = plain_get(data)
    assert result is None or result.path.startswith("/")
