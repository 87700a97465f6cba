"""YAML text -> plain values that know their lines.

The only YAML that passes is what a hand writes: mappings with text keys, lists, plain scalars.
Anchors are bounded by what they expand to, tags are refused, keys are always text (YAML 1.1 takes
``off:`` for false), and dates and odd numbers stay the text they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, cast

import yaml

from aggregator.errors import ConfigError

MAX_VALUES = 2_000_000  # after anchors are expanded
MAX_DEPTH = 20  # bounded here because the C library's own composer recurses without an end
MAX_PROBLEMS = 200

Path = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_TAGS = frozenset(_TAG + name for name in ("null", "bool", "int", "float", "str", "seq", "map"))
_TRUE = frozenset({"true", "yes", "on"})

# What libyaml says, and what a person can do about it.
_HINTS = (
    ("found character '\\t'", "Expected blanks, not a tab."),
    ("expected alphabetic or numeric character", 'Put * in quotes: "*".'),
    ("mapping values are not allowed", "Check the indentation, or put a text that holds ': ' in quotes."),
    ("cannot start any token", "Expected blanks for indentation, and quotes around a text that begins so."),
    ("did not find expected key", "Check the indentation and the quotes above this line."),
    ("could not find expected ':'", "Expected a key, a colon and a value."),
)


@dataclass(slots=True)
class Spot:
    """Where a value stands: the line, from 1, of its key or of itself, and the spots inside it."""

    line: int
    inside: dict[str | int, Spot] = field(default_factory=dict)
    size: int = 1  # values, with those inside


@dataclass(slots=True)
class Marked:
    """A file's values, where they stand, and the mistakes found so far."""

    file: str
    data: object = None
    root: Spot = field(default_factory=lambda: Spot(1))
    found: list[tuple[int, str]] = field(default_factory=list)
    warned: list[tuple[int, str]] = field(default_factory=list)

    def problem(self, path: Path, what: str) -> None:
        """Note a mistake at a path; what ends in what is expected."""
        self.found.append((self.line(path), f"{spelled(path)}: {what}"))

    def warning(self, path: Path, what: str) -> None:
        """Note something that works but that the operator should know."""
        self.warned.append((self.line(path), f"{spelled(path)}: {what}"))

    def line(self, path: Path) -> int:
        """The line of a key or a list's item; of the nearest thing around it if it is missing."""
        spot = self.root
        for part in path:
            if part not in spot.inside:
                break
            spot = spot.inside[part]
        return spot.line

    def problems(self) -> tuple[str, ...]:
        """The mistakes in the order of the file."""
        return self._lines(self.found)

    def warnings(self) -> tuple[str, ...]:
        """The warnings in the order of the file."""
        return self._lines(self.warned)

    def _lines(self, found: Sequence[tuple[int, str]]) -> tuple[str, ...]:
        ordered = sorted(found, key=lambda one: one[0])
        lines = [f"{self.file}:{line}: {what}" for line, what in ordered[:MAX_PROBLEMS]]
        if len(ordered) > MAX_PROBLEMS:
            lines.append(f"{self.file}: and {len(ordered) - MAX_PROBLEMS} more.")
        return tuple(lines)


def spelled(path: Path) -> str:
    """A path as messages show it: ``topics[3].match``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "the file"


def read(text: str, file: str) -> Marked:
    """Read a file's text. Raises ConfigError where it is no YAML at all; lesser mistakes are noted."""
    loader = yaml.CSafeLoader(text)
    marked = Marked(file)
    try:
        _Composer(loader, marked).document()
    except yaml.YAMLError as error:
        raise ConfigError([_syntax(error, text, file)]) from None
    finally:
        loader.dispose()
    return marked


def load_data(text: str, file: str) -> object:
    """Read a data file of our own, fast and without marks. Raises ConfigError where a key is given twice."""
    loader = _DataLoader(text)
    try:
        value = loader.get_single_data()
    finally:
        loader.dispose()
    if loader.twice:
        raise ConfigError([f"{file}:{line}: {what}" for line, what in sorted(loader.twice)])
    return value


class _DataLoader(yaml.CSafeLoader):
    """PyYAML's own loader, in which the second of two equal keys silently takes the first one's place."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.twice: list[tuple[int, str]] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [key for key, _ in node.value]
        first = {key.value: key for key in reversed(keys)}
        if len(first) < len(keys):
            again = (key for key in keys if first[key.value] is not key)
            self.twice += [(_line(key), _given_twice(key.value, _line(first[key.value]))) for key in again]
        return super().construct_mapping(node, deep)


class _Composer:
    """Events -> values and spots, in one pass of bounded depth; anchors are counted as they expand."""

    def __init__(self, loader: yaml.CSafeLoader, marked: Marked) -> None:
        self.loader = loader
        self.marked = marked
        self.anchors: dict[str, tuple[object, Spot]] = {}
        self.total = 0

    def document(self) -> None:
        """Put the file's one document into marked; leave it empty where there is none."""
        self.next()  # the stream's start
        if isinstance(self.next(), yaml.StreamEndEvent):
            return
        self.marked.data, self.marked.root = self.value(self.next(), ())
        self.next()  # the document's end
        if not isinstance(last := self.next(), yaml.StreamEndEvent):
            self.refuse(last, "a second document. Expected one, without a line of --- in it.")

    def next(self) -> yaml.Event:
        return cast("yaml.Event", self.loader.get_event())

    def value(self, event: yaml.Event, path: Path) -> tuple[object, Spot]:
        if len(path) > MAX_DEPTH:
            self.refuse(event, "nested too deeply. Expected settings, sources, companies and topics.")
        if isinstance(event, yaml.AliasEvent):
            return self.repeated(event)
        spot = Spot(_line(event))
        if isinstance(event, yaml.ScalarEvent):
            result = self.scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            result = list(self.items(path, spot))
        else:
            result = dict(self.pairs(path, spot))
        self.check_tag(event, path)
        if anchor := getattr(event, "anchor", None):
            self.anchors[anchor] = (result, spot)
        self.count(event, 1)
        return result, spot

    def repeated(self, event: yaml.AliasEvent) -> tuple[object, Spot]:
        """What an anchor stands for, at its own place."""
        if event.anchor not in self.anchors:
            self.refuse(event, f"*{event.anchor} is no text yet. Put a text that begins with * in quotes.")
        result, spot = self.anchors[event.anchor]
        self.count(event, spot.size)
        return result, Spot(_line(event), spot.inside, spot.size)

    def pairs(self, path: Path, spot: Spot) -> Iterator[tuple[str, object]]:
        while not isinstance(key := self.next(), yaml.MappingEndEvent):
            line = _line(key)
            if not isinstance(key, yaml.ScalarEvent):
                self.refuse(key, "a key that is no text. Expected key: value.")
            value, inside = self.value(self.next(), (*path, key.value))
            spot.size += inside.size
            if key.value in spot.inside:
                what = _given_twice(spelled((*path, key.value)), spot.inside[key.value].line)
                self.marked.found.append((line, what))
                continue
            spot.inside[key.value] = Spot(line, inside.inside, inside.size)
            yield key.value, value

    def items(self, path: Path, spot: Spot) -> Iterator[object]:
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            at = len(spot.inside)
            value, spot.inside[at] = self.value(event, (*path, at))
            spot.size += spot.inside[at].size
            yield value

    def scalar(self, event: yaml.ScalarEvent) -> object:
        tag = event.tag or self.loader.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
        match tag.removeprefix(_TAG):
            case "null":
                return None
            case "bool":
                return event.value.lower() in _TRUE
            case "int" | "float":
                return _number(event.value)
        return event.value

    def check_tag(self, event: yaml.Event, path: Path) -> None:
        tag = getattr(event, "tag", None)
        if tag and tag not in _TAGS:
            what = f"{spelled(path)}: the tag {tag[:80]!r}. Expected plain values without tags."
            self.marked.found.append((_line(event), what))

    def count(self, event: yaml.Event, size: int) -> None:
        self.total += size
        if self.total > MAX_VALUES:
            self.refuse(event, "too much, once its anchors are expanded. Expected less.")

    def refuse(self, event: yaml.Event, what: str) -> NoReturn:
        raise ConfigError([f"{self.marked.file}:{_line(event)}: {what}"])


def _line(marked: yaml.Event | yaml.Node) -> int:
    return marked.start_mark.line + 1 if marked.start_mark else 1


def _given_twice(key: str, first: int) -> str:
    return f"{key}: given twice, first on line {first}. Expected once."


def _number(text: str) -> int | float | str:
    """A decimal number; any other spelling (octal, base 60, infinite) stays text."""
    digits = text.replace("_", "").lstrip("+-")
    if len(digits) > 18 or not set(digits) <= set("0123456789.e"):
        return text
    try:
        return int(text) if digits.isdigit() else float(text)
    except ValueError:
        return text


def _syntax(error: yaml.YAMLError, text: str, file: str) -> str:
    """A line for a file that cannot be read as YAML."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read")
    line = mark.line + 1 if mark else text.count("\n", 0, getattr(error, "position", 0)) + 1
    lines = text.splitlines()
    here = lines[line - 1] if line <= len(lines) else ""
    if "\t" in here[: len(here) - len(here.lstrip())]:
        return f"{file}:{line}: a tab in the indentation. Expected blanks."
    hint = next((hint for sign, hint in _HINTS if sign in what), "Expected YAML.")
    return f"{file}:{line}: no YAML: {what}. {hint}"
