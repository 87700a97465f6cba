from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from aggregator.config import cache, rules
from aggregator.config.marked import load_data
from aggregator.errors import ConfigError


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


def test_a_rule_whose_name_another_one_has_is_told_with_its_line_and_not_lost(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    shutil.copytree(rules.DATA, data)
    zones = data / "zones.yaml"
    lines = zones.read_text("utf-8").splitlines()
    lines += ["AAA1: '+01:00'", "AAA2: '+02:00'", "AAA1: '+03:00'"]
    zones.write_text("\n".join(lines), "utf-8")
    monkeypatch.setattr(rules, "DATA", data)
    with pytest.raises(ConfigError) as told:
        rules.built_in_rules.__wrapped__()
    last = len(lines)
    assert told.value.problems == (
        f"{zones}:{last}: AAA1: given twice, first on line {last - 2}. Expected once.",
    )


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a: {b: 1, c: 2, b: 3}", ["1: b: given twice, first on line 1."]),
        ("a: 1\nd:\n- x: [1]\n  y: 2\n  x: [3]\na: 7", ["5: x: given twice", "6: a: given twice"]),
        ("a: {b: 1}\nc: {b: 1}\nd: [{b: 1}, {b: 1}]", []),  # each in a map of its own
    ],
)
def test_keys_given_twice_in_one_map_are_told_in_the_order_of_the_file(
    text: str, problems: list[str]
) -> None:
    told: tuple[str, ...] = ()
    try:
        load_data(text, "rules.yaml")
    except ConfigError as error:
        told = error.problems
    assert len(told) == len(problems)
    assert all(line.startswith(f"rules.yaml:{start}") for line, start in zip(told, problems, strict=True))
