"""file:// sources."""

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fetch.faults import FEED, QUICK, redirect, state

from aggregator.fetch.files import read_file
from aggregator.model import Failed, Fetched, Trouble, Unchanged, Validators

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def read(url: str, known: Validators = Validators()):  # noqa: B008
    return read_file(url, known, QUICK, NOW)


async def test_a_file_is_a_source_and_unchanged_until_it_is_written_again(tmp_path, fetcher):
    path = tmp_path / "my feed.xml"
    path.write_bytes(FEED)
    first = await fetcher.fetch(state(path.as_uri()))
    assert isinstance(first, Fetched)
    assert (first.document.url, first.document.body) == (path.as_uri(), FEED)
    second = await fetcher.fetch(state(path.as_uri(), first.validators))
    assert isinstance(second, Unchanged)
    assert not second.full
    path.write_bytes(FEED + b"\n")
    third = await fetcher.fetch(state(path.as_uri(), second.validators))
    assert isinstance(third, Fetched)


def test_a_file_only_touched_is_unchanged(tmp_path):
    path = tmp_path / "feed.xml"
    path.write_bytes(FEED)
    first = read(path.as_uri())
    os.utime(path, (1, 1))
    second = read(path.as_uri(), first.validators)
    assert isinstance(second, Unchanged)
    assert second.full
    assert second.validators.etag != first.validators.etag


def test_a_compressed_file_is_unpacked(tmp_path):
    (tmp_path / "feed.xml.gz").write_bytes(gzip.compress(FEED))
    result = read((tmp_path / "feed.xml.gz").as_uri())
    assert isinstance(result, Fetched)
    assert result.document.body == FEED


@pytest.mark.parametrize(
    ("url", "trouble", "words"),
    [
        ("file:///no/such/file.xml", Trouble.MISSING, "no such file"),
        ("file://fileserver/feed.xml", Trouble.ADDRESS, "no other host"),
        ("file:///dev/zero", Trouble.ADDRESS, "regular"),
        ("file:///tmp", Trouble.ADDRESS, "regular"),
        ("file:///a%00b", Trouble.NETWORK, "cannot be opened"),
    ],
)
def test_what_is_no_file_is_refused(url, trouble, words):
    result = read(url)
    assert isinstance(result, Failed)
    assert result.trouble is trouble
    assert words in result.why


def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "feed.xml")
    result = read((tmp_path / "feed.xml").as_uri())
    assert isinstance(result, Failed)
    assert result.trouble is Trouble.ADDRESS


@pytest.mark.parametrize("content", [b"x" * 300_000, gzip.compress(b"\0" * 60_000_000)])
def test_a_large_file_and_a_bomb_are_left(tmp_path: Path, content: bytes):
    (tmp_path / "feed.xml").write_bytes(content)
    result = read((tmp_path / "feed.xml").as_uri())
    assert isinstance(result, Failed)
    assert result.trouble is Trouble.BOUND


async def test_no_redirect_and_no_page_reads_a_file(tmp_path, server, fetcher):
    (tmp_path / "secret").write_bytes(FEED)
    url = server.tell("/feed", redirect(302, (tmp_path / "secret").as_uri()))
    redirected = await fetcher.fetch(state(url))
    page = await fetcher.get_page((tmp_path / "secret").as_uri())
    assert isinstance(redirected, Failed)
    assert isinstance(page, Failed)
    assert {redirected.trouble, page.trouble} == {Trouble.ADDRESS, Trouble.BLOCKED}
