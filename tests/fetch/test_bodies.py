"""Compressed bodies, the honest and the others."""

import gzip
import random
import zlib

import brotli
import pytest
from fetch.faults import FEED, QUICK, response, state
from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch.bodies import BadCoding, Body, OverBound, looks_whole, zstd
from aggregator.model import Failed, Fetched, FetchLimits, Trouble

TEXT = b"<rss>" + b"".join(b"<item>%d</item>" % number for number in range(20_000)) + b"</rss>"


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def decode(coding: str, data: bytes, step: int, limits: FetchLimits = FetchLimits()) -> tuple[bytes, bool]:  # noqa: B008
    body = Body(coding, limits)
    for at in range(0, len(data), step):
        for _ in body.feed(data[at : at + step]):
            pass
    return body.end()


CASES = {
    "identity": ("", TEXT),
    "gzip": ("gzip", gzip.compress(TEXT)),
    "gzip by its old name": ("x-gzip", gzip.compress(TEXT)),
    "gzip of two members": ("gzip", gzip.compress(TEXT[:70_000]) + gzip.compress(TEXT[70_000:])),
    "gzip padded with zeros": ("gzip", gzip.compress(TEXT) + b"\0" * 512),
    "gzip twice, said twice": ("gzip, gzip", gzip.compress(gzip.compress(TEXT))),
    "gzip twice, said once": ("gzip", gzip.compress(gzip.compress(TEXT))),
    "gzip that nobody announced": ("", gzip.compress(TEXT)),
    "announced, but not compressed": ("gzip", TEXT),
    "said to be brotli, but plain": ("br", TEXT),
    "said to be deflate, but gzip": ("deflate", gzip.compress(TEXT)),
    "deflate, wrapped": ("deflate", zlib.compress(TEXT)),
    "deflate, raw": ("deflate", raw_deflate(TEXT)),
    "brotli": ("br", brotli.compress(TEXT, quality=4)),
    "brotli in gzip": ("br, gzip", gzip.compress(brotli.compress(TEXT, quality=4))),
    "zstd": ("zstd", zstd.compress(TEXT)),
    "zstd of two frames": ("zstd", zstd.compress(TEXT[:70_000]) + zstd.compress(TEXT[70_000:])),
    "an unknown coding": ("utf-8", TEXT),
    "in capitals": ("GZip", gzip.compress(TEXT)),
}


@pytest.mark.parametrize("step", [1 << 20, 1000, 7])
@pytest.mark.parametrize("name", CASES)
def test_a_coding_is_undone_however_the_bytes_arrive(name, step):
    coding, data = CASES[name]
    assert decode(coding, data, step) == (TEXT, True)


def test_a_byte_at_a_time_is_enough_to_tell_a_coding():
    assert decode("gzip", gzip.compress(FEED), 1) == (FEED, True)
    assert decode("", b"<a>", 1) == (b"<a>", True)
    assert decode("gzip", b"", 1) == (b"", True)


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", gzip.compress(TEXT)[:-300]),
        ("deflate", zlib.compress(TEXT)[:-300]),
        ("br", brotli.compress(TEXT, quality=4)[:-300]),
        ("zstd", zstd.compress(TEXT)[:-300]),
    ],
)
def test_a_body_cut_off_is_noticed(coding, data):
    content, whole = decode(coding, data, 1000)
    assert not whole
    assert TEXT.startswith(content)


NOISE = random.Random(7).randbytes(5000)


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", gzip.compress(TEXT)[:200] + NOISE),
        ("deflate", b"\x78\x9c" + NOISE),
        ("br", b"\xff" + NOISE),
        ("zstd", b"\x28\xb5\x2f\xfd" + NOISE),
        ("gzip, gzip, gzip, gzip", gzip.compress(TEXT)),
        ("zstd", zstd.compress(TEXT, options={zstd.CompressionParameter.window_log: 27,
                                              zstd.CompressionParameter.content_size_flag: 0})[:4] + b"\x00\xf8" + NOISE),
    ],
)  # fmt: skip
def test_a_garbled_body_is_refused(coding, data):
    with pytest.raises((BadCoding, OverBound)):
        decode(coding, data, 1000)


BOMBS = {
    "gzip": gzip.compress(b"\0" * 60_000_000),
    "deflate": zlib.compress(b"\0" * 60_000_000),
    "br": brotli.compress(b"\0" * 60_000_000, quality=4),
    "zstd": zstd.compress(b"\0" * 60_000_000),
    "gzip, gzip": gzip.compress(gzip.compress(b"\0" * 60_000_000)),
}


@pytest.mark.parametrize("coding", BOMBS)
def test_a_bomb_is_left_before_it_has_grown(coding):
    body = Body(coding, FetchLimits())
    with pytest.raises(OverBound, match=r"200-fold|16 MiB"):
        list(body.feed(BOMBS[coding]))
    assert body.size <= 16 * 1024 * 1024 + 64 * 1024


def test_a_body_larger_than_the_bound_is_left_at_the_bound():
    limits = FetchLimits(max_bytes=100_000, max_ratio=1_000_000)
    body = Body("gzip", limits)
    with pytest.raises(OverBound, match="once decompressed"):
        list(body.feed(gzip.compress(random.Random(1).randbytes(90_000) + b"\0" * 90_000)))
    assert body.size <= 100_000 + 64 * 1024


def test_a_gzip_of_countless_members_is_refused():
    with pytest.raises(OverBound, match="members"):
        decode("gzip", gzip.compress(b"") * 2000, 4096)
    with pytest.raises(OverBound, match="frames"):
        decode("zstd", zstd.compress(b"") * 2000, 4096)


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        (FEED, True),
        (FEED + b"\r\n \n", True),
        (b"<feed></feed>", True),
        (b"<rdf:RDF></rdf:RDF>\0", True),
        (FEED[:-3], False),
        (b"", False),
        (b"</rss>" + b"x" * 300, False),
    ],
)
def test_a_document_tells_by_its_last_tag_whether_it_is_whole(body, whole):
    assert looks_whole(body) is whole


@given(st.binary(max_size=4000), st.sampled_from(["gzip", "deflate", "br", "zstd", "br, gzip", ""]))
def test_no_bytes_raise_anything_but_what_is_caught(data, coding):
    try:
        content, _ = decode(coding, data, 300, QUICK)
    except (BadCoding, OverBound):
        return
    assert len(content) <= QUICK.max_bytes


@given(st.binary(max_size=4000), st.integers(1, 500))
def test_what_was_compressed_comes_back(data, step):
    plain = b"<" + data
    assert decode("gzip", gzip.compress(plain), step) == (plain, True)
    assert decode("br", brotli.compress(plain, quality=1), step) == (plain, True)
    assert decode("zstd", zstd.compress(plain), step) == (plain, True)


@pytest.mark.parametrize("name", ["gzip", "deflate, raw", "brotli", "zstd", "gzip twice, said once"])
async def test_compressed_answers_are_read_over_http(server, fetcher, name):
    coding, _ = CASES[name]
    pack = {"gzip": gzip.compress, "deflate": raw_deflate, "br": brotli.compress, "zstd": zstd.compress}[
        coding
    ]
    url = server.tell("/feed", response(body=pack(FEED), Content_Encoding=coding))
    result = await fetcher.fetch(state(url))
    assert isinstance(result, Fetched)
    assert result.document.body == FEED


@pytest.mark.parametrize("coding", BOMBS)
async def test_a_bomb_over_http_is_the_sources_trouble(server, fetcher, coding):
    url = server.tell("/feed", response(body=BOMBS[coding], Content_Encoding=coding))
    result = await fetcher.fetch(state(url))
    assert isinstance(result, Failed)
    assert result.trouble is Trouble.BOUND
