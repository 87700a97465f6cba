"""How well notices are recognised: ``python -m benchmarks.disclosures [FILE.jsonl …]``.

Each line of a file is a text: ``{"id", "language", "title", "html", "kinds": […], "labels"?, "rights"?}``.
``kinds`` is what a careful reader finds disclosed. A kind found and named is right, one found and not named
hurts precision, one named and not found hurts recall. Prints the errors one a line, then the figures by
kind, by language and overall; without files, of our own labelled set.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator import config
from aggregator.core.disclose import NoticeRules, compile_notices, disclose
from aggregator.core.passages import passages
from aggregator.model import Article, RawEntry

ROOT = Path(__file__).parents[1]
OWN_SET = ROOT / "tests" / "fixtures" / "disclosures"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A text: what it discloses, and what was found."""

    id: str
    language: str
    expected: frozenset[str]
    found: frozenset[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Right, wrong and missed statements."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Of what was found, the share that is there."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of what is there, the share that was found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def built_in_rules() -> NoticeRules:
    """The rules that the program ships with."""
    return compile_notices(config.built_in_rules().disclosures)


def texts(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """The labelled texts of the files."""
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            yield json.loads(line)


def evaluate(rows: Iterable[dict[str, Any]], rules: NoticeRules) -> list[Outcome]:
    """Recognise the notices of each text."""
    return [Outcome(row["id"], row["language"], frozenset(row["kinds"]), _found(row, rules)) for row in rows]


def _found(row: dict[str, Any], rules: NoticeRules) -> frozenset[str]:
    html, title = row["html"], row["title"]
    article = Article(url=None, title=title, html=html, passages=passages(title, html))
    raw = RawEntry(
        key=row["id"], fingerprint=b"", labels=tuple(row.get("labels", ())), rights=row.get("rights")
    )
    return frozenset(each.kind.value for each in disclose(article, raw, rules)[1])


def figures(outcomes: Iterable[Outcome], kind: str | None = None) -> Figures:
    """Count statements; of one kind where it is named."""
    counts: Counter[str] = Counter()
    for each in outcomes:
        only = {kind} if kind else each.expected | each.found
        counts["right"] += len(each.expected & each.found & only)
        counts["wrong"] += len((each.found - each.expected) & only)
        counts["missed"] += len((each.expected - each.found) & only)
    return Figures(counts["right"], counts["wrong"], counts["missed"])


def texts_told(outcomes: Iterable[Outcome]) -> Figures:
    """The same by text: does it disclose anything at all?"""
    pairs = Counter((bool(each.expected), bool(each.found)) for each in outcomes)
    return Figures(pairs[True, True], pairs[False, True], pairs[True, False])


def main(arguments: list[str]) -> None:
    """Print errors and figures."""
    paths = [Path(each) for each in arguments] or sorted(OWN_SET.glob("*.jsonl"))
    outcomes = evaluate(texts(paths), built_in_rules())
    for each in outcomes:
        for kind in sorted(each.found - each.expected):
            print(f"wrong   {each.id:12} {kind}")
        for kind in sorted(each.expected - each.found):
            print(f"missed  {each.id:12} {kind}")
    for kind in sorted({kind for each in outcomes for kind in each.expected | each.found}):
        _print(kind, figures(outcomes, kind))
    for language in sorted({each.language for each in outcomes}):
        _print(language, figures([each for each in outcomes if each.language == language]))
    _print(f"{len(outcomes)} texts, by statement", figures(outcomes))
    _print(f"{len(outcomes)} texts, by text", texts_told(outcomes))


def _print(name: str, of: Figures) -> None:
    print(
        f"{name:28} precision {of.precision:.3f}  recall {of.recall:.3f}  ({of.right}/{of.wrong}/{of.missed})"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
