from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from aggregator.config import built_in_rules, cache
from aggregator.config.rules import with_companies
from aggregator.core import pipeline, versions
from aggregator.jobs import compiled, patterns
from aggregator.jobs.compiled import SAMPLE
from aggregator.model import Company, FetchLimits, Source

DATA = built_in_rules()
FEW = replace(DATA, companies=DATA.companies[:2]).stamped("few")
SOURCE = Source("sample", SAMPLE.url, "Sample")


class Compiler:
    """Compiles rules, counting how often."""

    def __init__(self) -> None:
        self.times = 0
        self._compile = pipeline.compile_rules

    def __call__(self, data):
        self.times += 1
        return self._compile(data)


@pytest.fixture
def compiler(tmp_path, monkeypatch) -> Compiler:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = Compiler()
    monkeypatch.setattr(pipeline, "compile_rules", made)
    return made


def copies(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "aggregator").glob("compiled-*"))


def drafts(rules, samples=Path("aggregator/data/samples")):
    """What the rules make of the sample feeds."""
    found = []
    for file in sorted(samples.glob("*.*")):
        if file.suffix != ".yaml":
            kind = "application/json" if file.suffix == ".json" else "application/xml"
            document = replace(SAMPLE, content_type=kind, body=file.read_bytes())
            found.append(pipeline.process(document, SOURCE, {}, rules, FetchLimits()))
    return found


def test_rules_are_compiled_once_and_say_the_same_from_the_copy(compiler):
    fresh = pipeline.compile_rules(DATA)
    compiler.times = 0
    first, second = compiled.compiled(DATA), compiled.compiled(DATA)
    assert compiler.times == 1
    assert drafts(second) == drafts(first) == drafts(fresh)
    assert second.versions == fresh.versions
    assert drafts(pipeline.for_much_text(second)) == drafts(fresh)


def test_versions_are_told_by_the_copy_as_by_the_data(compiler, monkeypatch):
    told = compiled.rule_versions(DATA)
    compiled.compiled(DATA)
    monkeypatch.setattr(versions, "rule_versions", None)
    assert compiled.rule_versions(DATA) == told


def test_changed_code_or_data_is_compiled_anew(compiler, monkeypatch, tmp_path):
    compiled.compiled(DATA)
    kept = compiled.rule_versions(DATA)
    compiled.compiled(DATA.stamped("other"))
    assert compiler.times == 2
    monkeypatch.setattr(versions, "TAG_CODE", versions.TAG_CODE + 1)
    assert compiled.rule_versions(DATA) != kept
    compiled.compiled(DATA)
    assert compiler.times == 3
    monkeypatch.setattr(compiled, "__version__", "another")
    compiled.compiled(DATA)
    assert compiler.times == 4
    assert len(copies(tmp_path)) == 2


def test_a_users_own_companies_have_a_copy_of_their_own(compiler, tmp_path):
    own = Company("kranich-labs", "Kranich Labs", aliases=("Kranich Labs",))
    for companies in ((*DATA.companies, own), (*DATA.companies, replace(own, aliases=("Kranich",)))):
        data = with_companies(DATA, companies)
        assert data.stamp != DATA.stamp
        for _ in range(2):
            assert compiled.compiled(data).matcher.companies["kranich-labs"] is companies[-1]
    assert compiler.times == 2
    assert len(copies(tmp_path)) == 2
    assert with_companies(DATA, DATA.companies).stamp == DATA.stamp


def test_few_copies_are_kept(compiler, tmp_path):
    small = replace(DATA, companies=DATA.companies[:2])
    for number in range(cache.MOST + 2):
        compiled.compiled(small.stamped(f"{number}"))
    assert len(copies(tmp_path)) == cache.MOST


def test_data_without_a_stamp_is_compiled_and_not_kept(compiler, tmp_path):
    data = replace(DATA, companies=DATA.companies[:2])
    assert compiled.compiled(data).versions == compiled.rule_versions(data) == versions.rule_versions(data)
    assert not copies(tmp_path)


@pytest.mark.parametrize("broken", [b"", b"[1]\n", b"{}\n", b"\xff\n\xfe"])
def test_a_broken_copy_is_passed_over_and_mended(compiler, tmp_path, broken):
    compiled.compiled(FEW)
    (copy,) = copies(tmp_path)
    for damaged in (broken, copy.read_bytes()[:-5]):
        copy.write_bytes(damaged)
        compiled.compiled(FEW)
    compiled.compiled(FEW)
    assert compiler.times == 3


def test_a_copy_that_would_make_anything_but_rules_is_passed_over(compiler, tmp_path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "made"),)

    compiled.compiled(FEW)
    (copy,) = copies(tmp_path)
    head = json.loads(copy.read_bytes().partition(b"\n")[0])
    evil = pickle.dumps(Evil())
    body = evil + patterns.of_modules("none")
    told = head | {"sum": zlib.crc32(body), "patterns": len(evil)}
    copy.write_bytes(json.dumps(told).encode() + b"\n" + body)
    assert isinstance(compiled.compiled(FEW), pipeline.Rules)
    assert not (tmp_path / "made").exists()
    assert compiler.times == 2


def test_another_users_copy_is_not_believed(compiler, tmp_path, monkeypatch):
    compiled.compiled(FEW)
    monkeypatch.setattr(os, "getuid", lambda: copies(tmp_path)[0].stat().st_uid + 1)
    compiled.compiled(FEW)
    assert compiler.times == 2


def test_a_folder_that_cannot_be_written_costs_only_time(compiler, tmp_path):
    (tmp_path / "aggregator").write_text("a file where the folder would be")
    compiled.compiled(FEW)
    compiled.compiled(FEW)
    assert compiler.times == 2


def test_a_start_with_a_copy_compiles_next_to_no_pattern_of_the_stages(tmp_path):
    counted = (
        "import re\n"
        "from re import _compiler\n"
        "from aggregator.config import built_in_rules\n"
        "from aggregator.jobs.compiled import compiled\n"
        "data, compiling, times = built_in_rules(), _compiler.compile, []\n"
        "_compiler.compile = lambda *one: times.append(one) or compiling(*one)\n"
        "rules = compiled(data)\n"
        "from aggregator.core import pipeline\n"
        "print(len(times))"
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    first, second = (
        int(
            subprocess.run(
                [sys.executable, "-c", counted], env=environment, capture_output=True, check=True
            ).stdout
        )
        for _ in range(2)
    )
    assert first > 300
    assert second <= first / 20


def test_remembered_patterns_are_those_that_were_compiled(monkeypatch):
    made = [re.compile("(?i)a+b", re.MULTILINE), re.compile(b"[^a]{2}"), re.compile(r"(?P<n>\d)\w")]
    monkeypatch.setitem(
        sys.modules, "invented.part", SimpleNamespace(one=made[0], more=(made[1], {"x": 1}), by={1: made[2]})
    )
    kept = patterns.of_modules("invented")
    re.purge()
    patterns.remember(kept)
    again = [re.compile("(?i)a+b", re.MULTILINE), re.compile(b"[^a]{2}"), re.compile(r"(?P<n>\d)\w")]
    assert again == made
    assert all(one is not other for one, other in zip(again, made, strict=True))
    assert again[0].findall("AAB\naab") == made[0].findall("AAB\naab")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (re.compile(r"(?P<a>\w+)\s(?:x|(?P<b>y))?"), "one y two x"),
        (re.compile(r"straße|[à-ü]+(?=!)", re.IGNORECASE), "STRASSE Straße ÄÖÜ!"),
        (re.compile("삼성(?:전자)?|[가-힣]{2}"), "삼성전자 삼성 네이버"),
        (re.compile(r"(?i:a)b(?!c)", re.ASCII), "Ab abc AB aB"),
        (re.compile(r"^\w$", re.MULTILINE), "a\nbb\nc"),
    ],
)
def test_a_pattern_of_its_parts_is_the_pattern(pattern, text):
    made = patterns.pattern(*patterns.parts(pattern))
    assert made == pattern
    assert (made.groups, made.groupindex, made.flags) == (pattern.groups, pattern.groupindex, pattern.flags)
    assert [(one.span(), one.groupdict(), one.groups()) for one in made.finditer(text)] == [
        (one.span(), one.groupdict(), one.groups()) for one in pattern.finditer(text)
    ]
