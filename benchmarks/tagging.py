"""How well and how quickly companies are tagged: ``python -m benchmarks.tagging [SET.jsonl ...]``.

A set is a file of labelled items, one JSON object a line: id, title, body_html, gold. Without an
argument: the labelled sets beside this program, and $TAGGING_DEV where that names one.
The items go through the product's own chain: clean, disclose, tag.
"""

from __future__ import annotations

import json
import os
import random
import re
import string
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from aggregator.config import built_in_rules
from aggregator.core import match, pipeline, tag
from aggregator.core.fold import fold
from aggregator.model import Article, Company, CompanyTag, FeedInfo, RawEntry

HERE = Path(__file__).parent / "data"
SIZES = (500, 5_000, 50_000)  # aliases


@dataclass(frozen=True, slots=True)
class Item:
    """A labelled item, and what the product makes of it."""

    id: str
    title: str
    note: str
    gold: dict[str, bool]  # company -> primary
    article: Article
    tags: tuple[CompanyTag, ...]


def read_items(path: Path, rules: pipeline.Rules) -> list[Item]:
    """Take each item of a set through the chain."""
    items = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        raw = RawEntry(row["id"], b"", row.get("url"), row["title"], body=row["body_html"])
        article, _ = pipeline.disclosed_article(raw, FeedInfo(format="jsonl"), rules)
        gold = {label["company"]: bool(label["primary"]) for label in row["gold"]}
        tags = tag.tag(article, rules.matcher)
        items.append(Item(row["id"], row["title"], row.get("note", ""), gold, article, tags))
    return items


def figures(gold: set[object], found: set[object]) -> str:
    """Precision, recall and F1 as one line."""
    hit = len(gold & found)
    precision = hit / len(found) if found else 1.0
    recall = hit / len(gold) if gold else 1.0
    f1 = 2 * hit / (len(gold) + len(found)) if gold or found else 1.0
    return f"P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}  ({len(gold)} gold, {len(found)} found)"


def report(name: str, items: Sequence[Item], labelled: set[str]) -> None:
    """Print the figures of a set, then its errors, one a line."""
    found = {
        item.id: {each.company: each.primary for each in item.tags if each.company in labelled}
        for item in items
    }
    print(f"\n{name}: {len(items)} items")
    print(
        "  tags      ",
        figures(_pairs_of(items, lambda item: item.gold), _pairs_of(items, lambda item: found[item.id])),
    )
    print(
        "  primary   ",
        figures(_primary_of(items, lambda item: item.gold), _primary_of(items, lambda item: found[item.id])),
    )
    print(
        "  AND pairs ",
        figures(_joint_of(items, lambda item: item.gold), _joint_of(items, lambda item: found[item.id])),
    )
    for item in items:
        for company in sorted({*item.gold, *found[item.id]}):
            sign = _error(item.gold.get(company), found[item.id].get(company))
            if sign:
                print(f"  {sign} {company}\t{item.id}\t{item.title}\t({item.note})")


def _error(gold: bool | None, found: bool | None) -> str | None:
    if gold == found:
        return None
    if gold is None:
        return "+"
    if found is None:
        return "-"
    return "primary missed:" if gold else "not primary:"


def _pairs_of(items: Iterable[Item], of: Callable[[Item], dict[str, bool]]) -> set[object]:
    return {(item.id, company) for item in items for company in of(item)}


def _primary_of(items: Iterable[Item], of: Callable[[Item], dict[str, bool]]) -> set[object]:
    return {(item.id, company) for item in items for company, primary in of(item).items() if primary}


def _joint_of(items: Iterable[Item], of: Callable[[Item], dict[str, bool]]) -> set[object]:
    return {(item.id, pair) for item in items for pair in combinations(sorted(of(item)), 2)}


def best_of(action: Callable[[], object], rounds: int = 5) -> float:
    """The shortest of a few runs, in seconds of CPU."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def throughput(texts: Sequence[str], known: Sequence[str]) -> None:
    """Print what matching costs at three sizes of catalogue, beside a naive loop and a regex."""
    print(f"\n\nmatching, µs a text of {sum(map(len, texts)) // len(texts)} characters")
    print(f"  {'aliases':>8}  {'Aho-Corasick':>12}  {'substrings':>12}  {'regex':>12}  {'compile ms':>10}")
    chance = random.Random(4)
    folded = [fold(text) for text in texts]
    for size in SIZES:
        names = made_up(size, known, chance)
        companies = [Company(f"c{number}", name, aliases=(name,)) for number, name in enumerate(names)]
        compiling = best_of(lambda: match.compile_matcher(companies), 1)  # noqa: B023
        matcher = match.compile_matcher(companies)
        quick = best_of(lambda: [matcher.hits(text) for text in folded])  # noqa: B023
        few = folded[: max(1, 2_000_000 // (size * 40))]
        lows = [name.lower() for name in names]
        naive = best_of(lambda: [[name for name in lows if name in text.low] for text in few], 1)  # noqa: B023
        pattern = re.compile(
            r"\b(?:" + "|".join(map(re.escape, sorted(lows, key=len, reverse=True))) + r")\b"
        )
        regex = best_of(lambda: [pattern.findall(text.low) for text in few], 1)  # noqa: B023
        per = (quick / len(folded), naive / len(few), regex / len(few))
        cells = "  ".join(f"{seconds * 1e6:>12.1f}" for seconds in per)
        print(f"  {size:>8}  {cells}  {compiling * 1e3:>10.1f}")


def cost_of(name: str, articles: Sequence[Article], rules: pipeline.Rules) -> None:
    """Print what tagging the articles of a set costs."""
    characters = sum(len(passage.text) for article in articles for passage in article.passages)
    cost = best_of(lambda: [tag.tag(article, rules.matcher) for article in articles])
    each, of_each = cost / len(articles) * 1e6, characters // len(articles)
    print(f"\ntagging {name}: {each:.0f} µs an article of {of_each} characters", end="")


def made_up(size: int, known: Sequence[str], chance: random.Random) -> list[str]:
    """As many names: the same few real ones at every size, so that the texts hold the same; then invented."""
    names = dict.fromkeys(known[: SIZES[0] // 2])
    while len(names) < size:
        length = chance.randint(5, 14)
        names["".join(chance.choice(string.ascii_lowercase) for _ in range(length)).capitalize()] = None
    return list(names)


def main() -> None:
    """Print quality, then cost."""
    data = built_in_rules()
    compiling = best_of(lambda: match.compile_matcher(data.companies, data.context), 3)
    rules = pipeline.compile_rules(data)
    paths = [Path(argument) for argument in sys.argv[1:]] or [
        *([Path(os.environ["TAGGING_DEV"])] if "TAGGING_DEV" in os.environ else []),
        *sorted(HERE.glob("*.jsonl")),
    ]
    size = f"{len(data.companies)} companies, {len(rules.matcher.claims)} patterns"
    print(f"catalogue: {size}, compiled in {compiling * 1e3:.0f} ms")
    sets = {path.name: read_items(path, rules) for path in paths}
    for name, items in sets.items():
        # A set labels the companies that occur in its labels; the others it says nothing about.
        labels = {company for item in items for company in item.gold}
        report(name, items, labels)
    for name, items in sets.items():
        cost_of(name, [item.article for item in items], rules)
    articles = [item.article for items in sets.values() for item in items]
    texts = [" ".join(passage.text for passage in article.passages) for article in articles]
    known = [alias for company in data.companies for alias in company.aliases if len(alias) > 3]
    throughput([text for text in texts if len(text) > 100], known)


if __name__ == "__main__":
    main()
