"""How well articles are found in their pages: ``python -m benchmarks.extraction``.

Sets every article of tests/fixtures/pages/articles.yaml in every template beside it and prints, for
each page and in all, precision, recall and F1 of the text by shingles of four words, and trafilatura's
alone for comparison.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path

import trafilatura
import yaml

from aggregator.core.clean import CleanRules, clean, compile_clean
from aggregator.core.extract import extract
from aggregator.core.passages import blocks
from aggregator.model import Article, Document, FeedInfo

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "tests" / "fixtures" / "pages"
PUBLISHED = "2025-02-04T08:01:00Z"
SHINGLE = 4
_WORD = re.compile(r"[぀-ヿ㐀-鿿가-힣]|[^\W_぀-ヿ㐀-鿿가-힣]+")


@dataclass(frozen=True)
class Page:
    """One article in one template."""

    name: str
    html: str
    title: str
    author: str
    section: str
    text: str


@dataclass(frozen=True)
class Fit:
    """How one text fits another."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def main() -> int:
    """Print the table; 1 where the goal is missed."""
    ours: list[Fit] = []
    alone: list[Fit] = []
    for page in pages():
        article = read(page)
        ours.append(fit(" ".join(block.passage.text for block in blocks(article.html)), page.text))
        alone.append(fit(trafilatura.extract(page.html, include_comments=False) or "", page.text))
        right = (article.title, article.author) == (page.title, page.author)
        facts = "" if right else f"  {article.title!r} by {article.author!r}"
        found = ours[-1]
        print(
            " ".join(f"{value:6.3f}" for value in (found.precision, found.recall, found.f1, alone[-1].f1)),
            page.name + facts,
        )
    print(f"trafilatura alone: {_mean(alone)}")
    print(f"ours: {_mean(ours)} (goal 0.965) on {len(ours)} pages")
    return 0 if sum(each.f1 for each in ours) / len(ours) >= 0.965 else 1


def _mean(fits: list[Fit]) -> str:
    precision = sum(each.precision for each in fits) / len(fits)
    recall = sum(each.recall for each in fits) / len(fits)
    return f"precision {precision:.4f}, recall {recall:.4f}, F1 {Fit(precision, recall).f1:.4f}"


@cache
def _rules() -> tuple[CleanRules, dict[str, str]]:
    data = ROOT / "aggregator" / "data"
    rules = compile_clean(yaml.safe_load((data / "boilerplate.yaml").read_text(encoding="utf-8")))
    return rules, yaml.safe_load((data / "zones.yaml").read_text(encoding="utf-8"))


def pages() -> Iterator[Page]:
    """Every article in every template."""
    articles = yaml.safe_load((PAGES / "articles.yaml").read_text(encoding="utf-8"))
    for template in sorted(PAGES.glob("*.html")):
        source = template.read_text(encoding="utf-8")
        for number, article in enumerate(articles):
            yield a_page(f"{template.stem} {article['language']}{number}", source, article)


def a_page(name: str, template: str, article: dict[str, object]) -> Page:
    """The template with the article's values in its places."""
    paragraphs = [str(text) for text in article["paragraphs"]]  # type: ignore[attr-defined]
    third = max(1, len(paragraphs) // 3)
    parts = {
        "first": paragraphs[:third],
        "middle": paragraphs[third : 2 * third],
        "rest": paragraphs[2 * third :],
    }
    values = {name: str(value) for name, value in article.items() if isinstance(value, str)}
    values |= {f"{key}_json": json.dumps(value) for key, value in values.items()}
    values |= {key: escape(value) for key, value in values.items() if not key.endswith("_json")}
    values |= {key: "".join(f"<p>{escape(text)}</p>" for text in texts) for key, texts in parts.items()}
    values |= {
        f"{key}_br": "".join(f"{escape(text)}<br><br>" for text in texts) for key, texts in parts.items()
    }
    values |= {
        "published": PUBLISHED,
        "dateline": "February 4, 2025 8:01 am UTC",
        "body_json": json.dumps("\n\n".join(paragraphs)),
    }
    html = re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], template)
    return Page(
        name,
        html,
        str(article["title"]),
        str(article["author"]),
        str(article["section"]),
        "\n".join(paragraphs),
    )


def read(page: Page) -> Article:
    """The page through our extractor and cleaner."""
    rules, zones = _rules()
    document = Document(
        "https://page.example/story", "text/html", page.html.encode(), datetime(2025, 2, 5, tzinfo=UTC)
    )
    return clean(extract(document, rules, zones), FeedInfo("page"), rules, zones)


def fit(found: str, expected: str) -> Fit:
    """Precision and recall of a text by its shingles."""
    ours, theirs = _shingles(found), _shingles(expected)
    common = (ours & theirs).total()
    return Fit(common / ours.total() if ours else 0.0, common / theirs.total() if theirs else 1.0)


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return Counter(zip(*(words[start:] for start in range(SHINGLE)), strict=False))


if __name__ == "__main__":
    sys.exit(main())
