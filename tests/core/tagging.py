"""What the tests of tagging share: the product's own rules, and articles made of plain words."""

from __future__ import annotations

from functools import cache

from aggregator.config import built_in_rules
from aggregator.core import match, passages, pipeline, tag
from aggregator.model import Article, Company, CompanyTag, FeedInfo, RawEntry


@cache
def rules() -> pipeline.Rules:
    """The built-in rules, compiled once for all tests."""
    return pipeline.compile_rules(built_in_rules())


def an_article(title: str = "", *paragraphs: str, **fields) -> Article:
    html = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return Article(url=None, title=title, html=html, passages=passages.passages(title, html), **fields)


def companies(article: Article) -> set[str]:
    return {found.company for found in tag.tag(article, rules().matcher)}


def primary(article: Article) -> set[str]:
    return {found.company for found in tag.tag(article, rules().matcher) if found.primary}


def tagged(title: str, body_html: str) -> tuple[CompanyTag, ...]:
    """Title and body through clean, disclose and tag, as the product does."""
    raw = RawEntry("one", b"", title=title, body=body_html)
    article, _ = pipeline.disclosed_article(raw, FeedInfo(format="test"), rules())
    return tag.tag(article, rules().matcher)


def a_matcher(*records: Company) -> match.Matcher:
    return match.compile_matcher(records, built_in_rules().context)
