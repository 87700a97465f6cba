"""What the tests of cleaning share: the shipped rules, compiled once, and a short way through them."""

from functools import cache
from pathlib import Path

import yaml

from aggregator.core.clean import CleanRules, clean, compile_clean
from aggregator.model import Article, BodyType, FeedInfo, RawEntry

ROOT = Path(__file__).parents[2]
DATA = ROOT / "aggregator" / "data"
FIXTURES = ROOT / "tests" / "fixtures"
URL = "https://news.example/2025/a-story"


@cache
def rules() -> CleanRules:
    return compile_clean(yaml.safe_load((DATA / "boilerplate.yaml").read_text(encoding="utf-8")))


@cache
def zones() -> dict[str, str]:
    return yaml.safe_load((DATA / "zones.yaml").read_text(encoding="utf-8"))


def an_article(
    body: str = "", body_type: BodyType = BodyType.HTML, language: str | None = None, **raw
) -> Article:
    entry = RawEntry(
        key="k", fingerprint=b"", body=body, body_type=body_type, **{"url": URL, "title": "T", **raw}
    )
    return clean(
        entry, FeedInfo("rss20", base="https://news.example/feed", language=language), rules(), zones()
    )


def html_of(body: str, **raw) -> str:
    return an_article(body, **raw).html
