"""The rules, compiled, and a copy of them that is read in a fifth of the time.

Like Python's own .pyc files the copy lies in the user's cache folder and belongs to one state of data
and code. It holds the tables and the compiled patterns that ordinary texts ask for; whatever is missing
from it is compiled when it is first asked for, as ever.
"""

from __future__ import annotations

import _sre  # type: ignore[import-not-found]  # re has no other way to what it compiles
import gc
import json
import pickle
import re
import sys
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import astuple, fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from types import BuiltinMethodType
from typing import TYPE_CHECKING, Any, Final

from aggregator import __version__, core
from aggregator.config import cache as copies
from aggregator.core import versions
from aggregator.jobs import patterns
from aggregator.model import Company, Document, FetchLimits, Person, RuleData, Source, Versions

if TYPE_CHECKING:
    from aggregator.core.pipeline import Rules

_BROKEN = (OSError, EOFError, ValueError, KeyError, TypeError, pickle.PickleError)  # a copy that is of no use
_CODE = Path(core.__file__).parent

SAMPLE: Final = Document(
    "https://sample.example/feed",
    "application/rss+xml",
    b"<rss version='2.0'><channel><title>Sample</title><item><guid>1</guid><title>Samsung grows</title>"
    b"<description>&lt;p&gt;Samsung said on Monday that it grows.&lt;/p&gt;&lt;p&gt;&lt;em&gt;This article "
    b"was written with the help of AI.&lt;/em&gt;&lt;/p&gt;&lt;div class='social-share'&gt;Share&lt;/div&gt;"
    b"</description></item></channel></rss>",
    datetime(2025, 2, 4, tzinfo=UTC),
)
"""A feed whose one entry asks for what most entries ask for."""


def compiled(data: RuleData) -> Rules:
    """The rules, from the copy if there is one of just these; else compiled, and kept for the next time."""
    copy = _copy_of(data)
    if copy is not None:
        with suppress(*_BROKEN), copies.opened(copy) as file:
            head, body = _head(file.readline(), data), file.read()
            if head is not None and head["sum"] == zlib.crc32(body):
                # Before the modules that compile them are imported.
                patterns.remember(body[head["patterns"] :])
                return _load(body, data)
    from aggregator.core import pipeline

    rules = pipeline.compile_rules(data)
    if copy is None:
        return rules
    with suppress(OSError):
        _keep(copy, rules, data)
    return rules


def rule_versions(data: RuleData) -> Versions:
    """The versions of the rules, as ``core.versions`` works them out, which takes as long as to read them."""
    copy = _copy_of(data)
    if copy is not None:
        with suppress(*_BROKEN), copies.opened(copy) as file:
            head = _head(file.readline(), data)
            if head is not None:
                return Versions(*head["versions"])
    return versions.rule_versions(data)


def _copy_of(data: RuleData) -> Path | None:
    """Where the copy lies; None where none is kept."""
    folder = copies.folder()
    if folder is None or not data.stamp:
        return None
    where = blake2b(f"{_CODE}\n{data.stamp}".encode("utf-8", "surrogateescape"), digest_size=6)
    return folder / f"compiled-{where.hexdigest()}"


def _head(line: bytes, data: RuleData) -> dict[str, Any] | None:
    head: dict[str, Any] = json.loads(line)
    return head if head["state"] == _state(data) else None


def _state(data: RuleData) -> str:
    """What a copy must have been made of, and by what code."""
    code = copies.state_of([Path(__file__), Path(patterns.__file__), *sorted(_CODE.rglob("*.py"))])
    numbers = (versions.CLEAN_CODE, versions.DISCLOSE_CODE, versions.TAG_CODE)
    state = repr((__version__, sys.version, _sre.MAGIC, data.stamp, numbers, code))
    return blake2b(state.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def _keep(copy: Path, rules: Rules, data: RuleData) -> None:
    _use(rules)
    body = BytesIO()
    _Pickler(body, data).dump(rules)
    size = body.tell()
    body.write(patterns.of_modules(core.__name__))
    told = body.getvalue()
    head = {
        "state": _state(data),
        "sum": zlib.crc32(told),
        "patterns": size,  # where they begin: behind the rules
        "versions": astuple(rules.versions),
    }
    copies.put(copy, f"{json.dumps(head)}\n".encode() + told)


def _use(rules: Rules) -> None:
    """Have compiled what ordinary texts ask for."""
    from aggregator.core import pipeline
    from aggregator.core.clean.rules import Phrases

    for field in fields(rules.clean):
        phrases = getattr(rules.clean, field.name)
        for alternatives in phrases.first.values() if isinstance(phrases, Phrases) else ():
            alternatives.pattern  # noqa: B018  # compiled when it is asked for
    pipeline.process(SAMPLE, Source("sample", SAMPLE.url, "Sample"), {}, rules, FetchLimits())


class _Pickler(pickle.Pickler):
    """Writes rules, but for the catalogue's records, which their reader has."""

    def __init__(self, file: BytesIO, data: RuleData) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._numbers = {id(record): number for number, record in enumerate(_records(data))}

    def persistent_id(self, obj: object) -> int | None:
        return self._numbers.get(id(obj)) if isinstance(obj, Company | Person) else None

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, re.Pattern):
            return patterns.pattern, patterns.parts(obj)
        if isinstance(obj, BuiltinMethodType) and isinstance(obj.__self__, re.Pattern):
            return _method, (obj.__self__, obj.__name__)
        if is_dataclass(obj) and not isinstance(obj, type) and type(obj).__reduce__ is object.__reduce__:
            # Made anew of their values; what dataclasses themselves give to pickle takes longer to read.
            return type(obj), tuple(getattr(obj, field.name) for field in fields(obj))
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    """Reads rules; makes nothing but the types that they are made of."""

    def __init__(self, file: BytesIO, data: RuleData) -> None:
        super().__init__(file)
        self._records = _records(data)

    def persistent_load(self, pid: int) -> object:
        return self._records[pid]

    def find_class(self, module: str, name: str) -> Any:
        if not module.startswith("aggregator.") and (module, name) != ("builtins", "frozenset"):
            raise pickle.UnpicklingError(f"{module}.{name} is no part of rules")
        return super().find_class(module, name)


def _load(body: bytes, data: RuleData) -> Rules:
    collected = gc.isenabled()
    gc.disable()
    try:
        rules: Rules = _Unpickler(BytesIO(body), data).load()
        _freeze()
        return rules
    finally:
        if collected:
            gc.enable()


@cache
def _freeze() -> None:
    """Have the collector never look at what there is by now: most is kept, and a look takes long.

    Once a process: of what it might have found later, one that runs for ever would lose a little each time.
    """
    gc.freeze()


def _records(data: RuleData) -> tuple[object, ...]:
    people: Iterable[Person] = (person for company in data.companies for person in company.people)
    return (*data.companies, *people)


def _method(pattern: re.Pattern[str], name: str) -> object:
    return getattr(pattern, name)
