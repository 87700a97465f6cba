"""Learns what closing lines are told by: ``python -m benchmarks.closings [--write]``.

Labelled lines are those of tests/fixtures/closings.yaml and around.yaml, the marked and the author's
blocks of tests/fixtures/bodies, and the notices of tests/fixtures/disclosures, which are the author's.
Prints how many of lines that were not learned from are told right, in five parts; ``--write`` puts the
weights into data/boilerplate.yaml.

A logistic regression with an L1 penalty, by stochastic gradient descent with the cumulative penalty of
Tsuruoka, Tsujii and Ananiadou (ACL 2009): most words get no weight at all.
"""

from __future__ import annotations

import json
import math
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from aggregator.core.clean import CleanRules, compile_clean
from aggregator.core.clean.body import safe_body
from aggregator.core.clean.closings import MAX_CLOSING, MIN_CLOSING, PARTED_BY_NO_BLANKS, signs_of
from aggregator.core.clean.lines import leads_to_offers
from aggregator.core.clean.phrases import fold_phrase
from aggregator.core.passages import blocks
from aggregator.model import BodyType, Place

ROOT = Path(__file__).parents[1]
DATA = ROOT / "aggregator" / "data" / "boilerplate.yaml"
FIXTURES = ROOT / "tests" / "fixtures"
URL = "https://news.example/2025/a-story"
LANGUAGES = ("de", "en", "es", "fr")  # of the notices; those of the East do not part their words
PARTS = 5
ROUNDS = 25
RATE, DECAY = 0.3, 0.85  # of the first round, and from one to the next
PENALTY = 0.00002  # of each weight at each line
STEP = 0.25  # weights are multiples of it
SEEN = 3  # lines that a word must occur in
ENOUGH = 2.0
_MARKED = re.compile(r"⟦(.*?)⟧", re.DOTALL)
_SECTION = re.compile(r"\n# Learned:.*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled line and its signs."""

    text: str
    signs: frozenset[str]
    is_sites: bool


def main(arguments: Sequence[str]) -> int:
    """Print the figures; write the weights if told to."""
    rules = compile_clean(yaml.safe_load(DATA.read_text(encoding="utf-8")))
    lines = list(read(rules))
    print(f"{len(lines)} lines, {sum(line.is_sites for line in lines)} of them the site's")
    verdicts = [
        (line, sum(weights.get(sign, 0.0) for sign in line.signs))
        for part in range(PARTS)
        for weights in [learn([line for at, line in enumerate(lines) if at % PARTS != part])]
        for line in lines[part::PARTS]
    ]
    theirs = [weight > ENOUGH for line, weight in verdicts if line.is_sites]
    authors = [weight > ENOUGH for line, weight in verdicts if not line.is_sites]
    print(
        f"not learned from: {sum(theirs) / len(theirs):.3f} of the site's are told, "
        f"{sum(authors) / len(authors):.4f} of the author's are taken for it"
    )
    if "--write" in arguments:
        text = _SECTION.sub("", DATA.read_text(encoding="utf-8"))
        DATA.write_text(f"{text}\n{section(learn(lines))}", encoding="utf-8")
    return 0


def read(rules: CleanRules) -> Iterator[Line]:
    """The labelled lines, each once."""
    seen: set[str] = set()
    for html, is_sites in _bodies():
        safe = safe_body(html, BodyType.HTML, URL, URL, rules)
        for block in blocks(safe):
            text = fold_phrase(block.passage.text)
            if block.passage.place is Place.LINK or PARTED_BY_NO_BLANKS.search(text):
                continue
            if MIN_CLOSING <= len(text) <= MAX_CLOSING and text not in seen:
                seen.add(text)
                part = safe[block.start : block.end]
                signs = signs_of(text, part, leads_to_offers(part, rules), rules.offers, rules.appeals)
                yield Line(text, frozenset(signs), is_sites)


def _bodies() -> Iterator[tuple[str, bool]]:
    for lines in yaml.safe_load((FIXTURES / "closings.yaml").read_text(encoding="utf-8")).values():
        for kind, is_sites in (("site", True), ("author", False)):
            yield from (
                (line if line.startswith("<") else f"<p>{line}</p>", is_sites) for line in lines[kind]
            )
    around = yaml.safe_load((FIXTURES / "around.yaml").read_text(encoding="utf-8"))
    yield from ((html, True) for html in around["under"])
    yield from ((html, False) for html in around["authors"])
    for path in sorted((FIXTURES / "bodies").glob("*.yaml")):
        for body in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield from ((part, True) for part in _MARKED.findall(body["html"]))
            yield _MARKED.sub(" ", body["html"]), False
    for language in LANGUAGES:
        for line in (FIXTURES / "disclosures" / f"{language}.jsonl").read_text(encoding="utf-8").splitlines():
            yield json.loads(line)["html"], False


def learn(lines: Sequence[Line]) -> dict[str, float]:
    """The weight of each sign, most of them none."""
    counts = Counter(sign for line in lines for sign in line.signs)
    known = [(sorted(sign for sign in line.signs if counts[sign] >= SEEN), line.is_sites) for line in lines]
    weights: defaultdict[str, float] = defaultdict(float)
    paid: defaultdict[str, float] = defaultdict(float)  # of the penalty that was due
    shuffle = random.Random(2009).shuffle
    due = 0.0
    for turn in range(ROUNDS):
        rate = RATE * DECAY**turn
        shuffle(known)
        for signs, is_sites in known:
            due += rate * PENALTY
            score = sum(weights[sign] for sign in signs)
            error = is_sites - 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))
            for sign in signs:
                weight = weights[sign] + rate * error
                left = due + paid[sign] if weight > 0 else due - paid[sign]
                shorter = max(0.0, weight - left) if weight > 0 else min(0.0, weight + left)
                paid[sign] += shorter - weight
                weights[sign] = shorter
    rounded = {sign: round(weight / STEP) * STEP for sign, weight in weights.items()}
    return {sign: weight for sign, weight in rounded.items() if weight}


def section(weights: dict[str, float]) -> str:
    """The weights as data/boilerplate.yaml holds them: the words of each weight in one string."""
    by_weight: defaultdict[float, list[str]] = defaultdict(list)
    for sign, weight in weights.items():
        by_weight[weight].append(sign)
    # Text as keys: what is read from JSON is what was written.
    held = {str(weight): " ".join(sorted(by_weight[weight])) for weight in sorted(by_weight, reverse=True)}
    words = "".join(
        f"    {json.dumps(weight)}: {json.dumps(signs, ensure_ascii=False)}\n"
        for weight, signs in held.items()
    )
    return (
        "# Learned: what a short line at the end of a body is told by (core/clean/closings.py), each word\n"
        "# and sign with its weight. By ``python -m benchmarks.closings --write``, from labelled lines.\n"
        f"closings:\n  enough: {ENOUGH}\n  weights:\n{words}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
