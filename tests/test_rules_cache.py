from __future__ import annotations

import os
from pathlib import Path

import pytest

from aggregator.config import cache, rules


class Reader:
    """Reads a data file, counting how often."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.times = 0

    def __call__(self) -> object:
        self.times += 1
        return {"text": self.file.read_text()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "data.yaml").write_text("one")
    return tmp_path / "data.yaml"


@pytest.fixture
def copy(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = cache.copy_of([file])
    assert found is not None
    return found


def test_data_files_are_read_once_while_they_stay_the_same(copy: Path, file: Path) -> None:
    reader = Reader(file)
    assert [cache.copied([file], reader) for _ in range(3)] == [{"text": "one"}] * 3
    assert reader.times == 1
    assert copy.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["two", "three"], ids=["of the same length", "longer"])
def test_a_changed_data_file_is_read_again(copy: Path, file: Path, text: str) -> None:
    reader = Reader(file)
    cache.copied([file], reader)
    file.write_text(text)
    os.utime(file, ns=(0, 1))
    assert cache.copied([file], reader) == {"text": text}
    assert cache.copied([file], reader) == {"text": text}
    assert reader.times == 2


def test_two_installations_keep_a_copy_each(copy: Path, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("two")
    readers = Reader(file), Reader(other)
    for _ in range(2):
        assert [cache.copied([reader.file], reader) for reader in readers] == [
            {"text": "one"},
            {"text": "two"},
        ]
    assert [reader.times for reader in readers] == [1, 1]


def test_copies_of_installations_long_gone_make_room(copy: Path, tmp_path: Path) -> None:
    for number in range(cache.MOST + 3):
        file = tmp_path / f"data-{number}.yaml"
        file.write_text("text")
        cache.copied([file], Reader(file))
    assert len(list(copy.parent.glob("rules-*"))) == cache.MOST


def test_another_version_of_the_program_reads_again(
    copy: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader(file)
    cache.copied([file], reader)
    monkeypatch.setattr(cache, "__version__", "another")
    cache.copied([file], reader)
    assert reader.times == 2


@pytest.mark.parametrize("broken", [b"", b"[1", b"null\nnull", b"\xff\xfe", b"[" * 100_000])
def test_a_broken_copy_is_passed_over_and_mended(copy: Path, file: Path, broken: bytes) -> None:
    reader = Reader(file)
    cache.copied([file], reader)
    for damaged in (broken, copy.read_bytes()[:-5]):
        copy.write_bytes(damaged)
        assert cache.copied([file], reader) == {"text": "one"}
    assert cache.copied([file], reader) == {"text": "one"}
    assert reader.times == 3


def test_a_folder_that_cannot_be_written_costs_only_time(copy: Path, file: Path) -> None:
    copy.parent.parent.write_text("a file where the folder would be")
    reader = Reader(file)
    assert cache.copied([file], reader) == cache.copied([file], reader) == {"text": "one"}
    assert reader.times == 2


def test_another_users_copy_is_not_believed(copy: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(file)
    cache.copied([file], reader)
    monkeypatch.setattr(os, "getuid", lambda: copy.stat().st_uid + 1)
    cache.copied([file], reader)
    assert reader.times == 2


@pytest.mark.parametrize("value", [{1: "a key that is no text"}, {"a": {1, 2}}, {"a": (1,)}])
def test_what_json_would_change_is_not_copied(copy: Path, file: Path, value: object) -> None:
    assert cache.copied([file], lambda: value) is value
    assert not copy.exists()


def test_the_built_in_rules_are_the_same_from_the_copy(copy: Path) -> None:
    fresh = rules.built_in_rules.__wrapped__()
    assert list(copy.parent.glob("rules-*.json"))
    assert rules.built_in_rules.__wrapped__() == fresh
