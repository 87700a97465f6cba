"""How well bodies are cleaned: ``python -m benchmarks.cleaning [FOLDER]``.

Reads the marked bodies of tests/fixtures/bodies and prints, for each and in all: the share of the
author's words that are kept, the share of boilerplate words that are cut, whether links and pictures
are exactly those expected, and the time per body.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import yaml

from aggregator.core.clean import CleanRules, clean, compile_clean
from aggregator.model import BodyType, FeedInfo, RawEntry

ROOT = Path(__file__).parents[1]
BODIES = ROOT / "tests" / "fixtures" / "bodies"
URL = "https://news.example/2025/a-story"
_MARKED = re.compile(r"⟦(.*?)⟧", re.DOTALL)
_HIDDEN = re.compile(r"<(script|style|iframe|noscript)\b.*?</\1>", re.DOTALL)
_SHORTCODE = re.compile(r"\[/?caption[^\]]*\]")
_TAG = re.compile(r"<[^<>]*>")
_BREAKING = re.compile(
    r"</?(?:p|div|li|h\d|td|th|tr|ul|ol|br|figure|figcaption|dt|dd|summary|legend|fieldset|center|x-"
    r"|span class=\"(?!in|el))\b"
)
_WORD = re.compile(r"[぀-ヿ㐀-鿿]|[^\W_぀-ヿ㐀-鿿]+")


@dataclass(frozen=True)
class Score:
    """What became of one body; counts are words."""

    name: str
    author: int
    kept: int
    boilerplate: int
    left: int
    targets_right: bool
    lost: tuple[str, ...]
    remains: tuple[str, ...]

    @property
    def recall(self) -> float:
        """The share of the author's words that are kept."""
        return self.kept / self.author if self.author else 1.0

    @property
    def cut(self) -> float:
        """The share of the boilerplate's words that are gone."""
        return 1 - self.left / self.boilerplate if self.boilerplate else 1.0


def main(folder: Path = BODIES) -> int:
    """Print the table; 1 where a goal is missed."""
    data = ROOT / "aggregator" / "data"
    rules = compile_clean(yaml.safe_load((data / "boilerplate.yaml").read_text(encoding="utf-8")))
    begin = time.perf_counter()
    scores = list(measure(folder, rules))
    seconds = time.perf_counter() - begin
    for score in scores:
        marks = "" if score.targets_right else "  links or pictures differ"
        words = (f"  lost: {' '.join(score.lost)}" if score.lost else "") + (
            f"  left: {' '.join(score.remains)}" if score.remains else ""
        )
        print(f"{score.recall:6.3f} {score.cut:6.3f}  {score.name}{marks}{words}")
    recall = sum(score.kept for score in scores) / sum(score.author for score in scores)
    cut = 1 - sum(score.left for score in scores) / sum(score.boilerplate for score in scores)
    right = sum(score.targets_right for score in scores) / len(scores)
    print(f"{len(scores)} bodies, {seconds / len(scores) * 1e6:.0f} µs each")
    print(
        f"author's words kept {recall:.4f} (goal 0.99), boilerplate cut {cut:.4f} (goal 0.95), "
        f"links and pictures right {right:.3f} (goal 0.95)"
    )
    return 0 if recall >= 0.99 and cut >= 0.95 and right >= 0.95 else 1


def measure(folder: Path, rules: CleanRules) -> Iterator[Score]:
    """Score every body of a folder's YAML files."""
    for path in sorted(folder.glob("*.yaml")):
        for body in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield score_body(body, rules)


def score_body(body: dict[str, object], rules: CleanRules) -> Score:
    """Clean one marked body and compare."""
    marked = str(body["html"])
    sent = marked.replace("⟦", "").replace("⟧", "")
    raw = RawEntry(key="k", fingerprint=b"", url=URL, title="T", body=sent, body_type=BodyType.HTML)
    article = clean(raw, FeedInfo("rss20"), rules, {"ET": "America/New_York"})
    author = _words(str(body.get("author", _MARKED.sub(" ", marked)))) - _words(" ".join(body.get("top", ())))  # type: ignore[call-overload]
    boilerplate = _words(" ".join(_MARKED.findall(marked)))
    out = _words(article.html)
    beyond = out - author
    left = {word: min(count, beyond[word]) for word, count in boilerplate.items() if beyond[word]}
    lost = author - out
    return Score(
        name=str(body["name"]),
        author=author.total(),
        kept=author.total() - lost.total(),
        boilerplate=boilerplate.total(),
        left=sum(left.values()),
        targets_right=_targets_right(article.html, body),
        lost=tuple(lost),
        remains=tuple(left),
    )


def _targets_right(html: str, body: dict[str, object]) -> bool:
    found = {
        "links": re.findall(r'<a [^>]*?href="([^"]*)"', html),
        "images": re.findall(r'<img [^>]*?src="([^"]*)"', html),
    }
    return all([unescape(url) for url in urls] == body[kind] for kind, urls in found.items() if kind in body)


def _words(html: str) -> Counter[str]:
    html = _SHORTCODE.sub(" ", _HIDDEN.sub(" ", html))
    if "&lt;p&gt;" in html:
        html = unescape(html)
    breaking = _BREAKING.sub(" <", html)
    return Counter(_WORD.findall(unescape(_TAG.sub("", breaking)).casefold()))


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
