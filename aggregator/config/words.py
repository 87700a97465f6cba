"""A mapping of feeds.yaml, checked against its table: values, or what is wrong and what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from aggregator.config.marked import Marked, Path
from aggregator.config.schema import REQUIRED, Key, Many, Named, Shape
from aggregator.config.values import shown
from aggregator.core.topics import nearest

Values = SimpleNamespace  # a mapping's values under its keys' names, defaults where none was given


def checked(marked: Marked, shape: Shape, value: object, path: Path) -> Values | None:
    """The values of a mapping; None where it has mistakes, which are then noted."""
    if not isinstance(value, dict):
        marked.problem(path, f"{shown(value)}. Expected a mapping with {_and(tuple(shape))}.")
        return None
    mistakes = len(marked.found)
    for name in value:
        if name not in shape:
            marked.problem((*path, name), unknown_key(name, tuple(shape)))
    found = {name: _under(marked, key, value, (*path, name)) for name, key in shape.items()}
    return Values(**found) if len(marked.found) == mistakes else None


def unknown_key(key: str, known: tuple[str, ...]) -> str:
    """The message for a key that no table has."""
    close = nearest(key, known)
    return f"unknown key. Did you mean {close!r}?" if close else f"unknown key. Expected {_and(known)}."


def _under(marked: Marked, key: Key, values: Mapping[str, object], path: Path) -> object:
    """What a mapping holds under a key, the last of path."""
    if path[-1] in values:
        value = values[str(path[-1])]
        is_none = value is None and key.default is None
        return None if is_none else _value(marked, key.kind, value, path, key.description)
    if key.default is REQUIRED:
        marked.problem(path, f"missing. Expected {key.description}.")
    if isinstance(key.kind, Mapping) and key.default is not None:
        return checked(marked, key.kind, key.default, path)  # its own keys have defaults
    return key.default


def _value(marked: Marked, kind: object, value: object, path: Path, expected: str) -> object:
    """One value as its kind reads it; of no use where it is wrong, which is then noted."""
    try:
        if isinstance(kind, Many):
            within = enumerate(_listed(value, kind))
            found = [_value(marked, kind.item, one, (*path, at), expected) for at, one in within]
            if kind.check is not None and None not in found:
                kind.check(found)
            return found
        if callable(kind):
            return kind(value)
        if not isinstance(value, dict):
            raise ValueError(shown(value))
    except ValueError as error:
        marked.problem(path, f"{error}. Expected {expected}.")
        return None
    if isinstance(kind, Named):
        return {name: _value(marked, kind.item, one, (*path, name), expected) for name, one in value.items()}
    assert isinstance(kind, Mapping)
    return checked(marked, kind, value, path)


def _listed(value: object, kind: Many) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(shown(value))
    if kind.most is not None and len(value) > kind.most:
        raise ValueError(f"more than {kind.most} items")
    if len(value) < kind.least:
        raise ValueError("an empty list")
    return value


def _and(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)
