"""Compiled patterns in a form that can be kept: what comes before re's engine is nearly all of their cost."""

from __future__ import annotations

import _sre  # type: ignore[import-not-found]  # re has no other way to what it compiles
import marshal
import re
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping
from re import _compiler, _parser  # type: ignore[attr-defined]
from typing import Any


def parts(pattern: re.Pattern[Any]) -> tuple[object, ...]:
    """What re makes of a pattern before its engine takes it: 20 times as dear as all that comes after."""
    read = _parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE.value)
    code = array("I", _compiler._code(read, pattern.flags))
    names: list[str | None] = [None] * read.state.groups
    for name, number in read.state.groupdict.items():
        names[number] = name
    return (
        pattern.pattern,
        pattern.flags,
        code.tobytes(),
        read.state.groups - 1,
        dict(read.state.groupdict),
        tuple(names),
    )


def pattern(
    source: Any,
    flags: int,
    code: bytes,
    groups: int,
    numbers: Mapping[str, int],
    names: tuple[str | None, ...],
) -> re.Pattern[Any]:
    """A pattern of its parts, as re._compiler ends; the engine checks the code."""
    made: re.Pattern[Any] = _sre.compile(source, flags, list(array("I", code)), groups, numbers, names)
    return made


def of_modules(package: str) -> bytes:
    """The patterns that the package's imported modules hold by a name, to be remembered elsewhere."""
    modules = [module for name, module in sys.modules.items() if name.startswith(f"{package}.")]
    found = {id(one): one for module in modules for one in _patterns(vars(module).values())}
    return marshal.dumps([(flags, parts(one)) for one in found.values() for flags in _given(one)])


def _patterns(values: Iterable[object]) -> Iterator[re.Pattern[Any]]:
    for value in values:
        if isinstance(value, re.Pattern):
            yield value
        elif isinstance(value, tuple | list):
            yield from _patterns(value)
        elif type(value) is dict:
            yield from _patterns(value.values())


def _given(one: re.Pattern[Any]) -> set[int]:
    """The flags with which it can have been compiled: some stand in the pattern itself."""
    likely = {0, one.flags & ~re.UNICODE.value}
    return {flags for flags in likely if re.compile(one.pattern, flags).flags == one.flags}


def remember(kept: bytes) -> None:
    """Have re.compile take these patterns as it takes those that it has compiled lately.

    What it has no memory for, or forgets, is compiled as ever.
    """
    memory = getattr(re, "_cache", None)
    if isinstance(memory, dict):
        for flags, told in marshal.loads(kept):  # noqa: S302  # kept by us, in a folder of ours
            made = pattern(*told)
            memory.setdefault((type(made.pattern), made.pattern, flags), made)
