"""YAML text -> plain values that know their lines.

The only YAML that passes is what a hand writes: mappings with text keys, lists, plain scalars.
Anchors are bounded by what they expand to, tags are refused, keys are always text (YAML 1.1 takes
``off:`` for false), and dates and odd numbers stay the text they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import yaml

from aggregator.errors import ConfigError

MAX_NODES = 2_000_000  # after anchors are expanded
MAX_DEPTH = 20
MAX_PROBLEMS = 200

Path = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_TRUE = frozenset({"true", "yes", "on"})
_TEXT_TAGS = frozenset({_TAG + "str", _TAG + "timestamp", _TAG + "value", _TAG + "merge"})

# What libyaml says, and what a person can do about it.
_HINTS = (
    ("found character '\\t'", "Expected blanks, not a tab."),
    ("undefined alias", "Put a text that begins with * in quotes."),
    ("expected alphabetic or numeric character", 'Put * in quotes: "*".'),
    ("mapping values are not allowed", "Check the indentation, or put a text that holds ': ' in quotes."),
    ("cannot start any token", "Expected blanks for indentation, and quotes around a text that begins so."),
    ("did not find expected key", "Check the indentation and the quotes above this line."),
    ("could not find expected ':'", "Expected a key, a colon and a value."),
)


@dataclass(slots=True)
class Marked:
    """A file's values, its nodes, and the mistakes found so far."""

    file: str
    root: yaml.Node | None
    data: object = None
    found: list[tuple[int, str]] = field(default_factory=list)
    warned: list[tuple[int, str]] = field(default_factory=list)

    def problem(self, path: Path, what: str) -> None:
        """Note a mistake at a path; what ends in what is expected."""
        self.found.append((self.line(path), f"{spelled(path)}: {what}"))

    def warning(self, path: Path, what: str) -> None:
        """Note something that works but that the operator should know."""
        self.warned.append((self.line(path), f"{spelled(path)}: {what}"))

    def line(self, path: Path) -> int:
        """The line, from 1, of a key or a list's item; of the nearest thing around it if it is missing."""
        node, line = self.root, 1
        for part in path:
            if isinstance(node, yaml.MappingNode):
                step = next(((k, v) for k, v in reversed(node.value) if k.value == part), None)
                if step is None:
                    break
                line, node = step[0].start_mark.line + 1, step[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                node = node.value[part]
                line = node.start_mark.line + 1
            else:
                break
        return line

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
    try:
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        raise ConfigError([_syntax(error, text, file)]) from None
    except RecursionError:
        raise ConfigError([f"{file}:1: nested too deeply. Expected settings, sources, topics."]) from None
    finally:
        loader.dispose()
    marked = Marked(file, root)
    if root is not None:
        marked.data = _Builder(marked).value(root, ())
    return marked


def load_data(text: str) -> object:
    """Read a data file of our own, fast and without marks."""
    return yaml.load(text, yaml.CSafeLoader)


class _Builder:
    """Nodes -> values, counting what anchors expand to."""

    def __init__(self, marked: Marked) -> None:
        self.marked = marked
        self.nodes = 0

    def value(self, node: yaml.Node, path: Path) -> object:
        self.nodes += 1
        if self.nodes > MAX_NODES or len(path) > MAX_DEPTH:
            what = f"{self.marked.file}:{node.start_mark.line + 1}: "
            raise ConfigError([what + "too much, or too deep, once its anchors are expanded. Expected less."])
        if isinstance(node, yaml.MappingNode):
            return dict(self.pairs(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, at)) for at, item in enumerate(node.value)]
        return self.scalar(node, path)

    def pairs(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, object]]:
        lines: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.marked.found.append(
                    (line, f"{spelled(path)}: a key that is no text. Expected key: value.")
                )
                continue
            if key.value in lines:
                where, first = spelled((*path, key.value)), lines[key.value]
                what = f"{where}: given twice, first on line {first}. Expected once."
                self.marked.found.append((line, what))
            lines.setdefault(key.value, line)
            yield key.value, self.value(value, (*path, key.value))

    def scalar(self, node: yaml.Node, path: Path) -> object:
        text = str(node.value)
        if node.tag in _TEXT_TAGS:
            return text
        match node.tag.removeprefix(_TAG):
            case "null":
                return None
            case "bool":
                return text.lower() in _TRUE
            case "int" | "float":
                return _number(text)
        self.marked.problem(path, f"the tag {node.tag!r}. Expected plain values without tags.")
        return text


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
