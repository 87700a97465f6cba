"""core.clean.summary: the source's own words, or the first sentences; nothing is cut inside a character."""

import pytest
from core.cleaning import an_article, rules
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.clean.summary import FIRST_SENTENCES, MAX_SUMMARY, source_summary, truncate

SENTENCE = (
    "The harbour board approved a new ferry line on Monday, after three years of talks with both towns."
)


@pytest.mark.parametrize(
    ("sent", "summary"),
    [
        ("<p>Own <b>words</b> &amp;amp; more.</p>", "Own words & more."),
        ("It goes on [&#8230;]", "It goes on…"),
        ("It goes on. The post It appeared first on News Example.", "It goes on."),
        ("Words. Continue reading It goes on", "Words."),
        ("Read more", ""),
        (None, ""),
    ],
)
def test_the_sources_own_summary_is_plain_and_without_prompts(sent, summary):
    assert source_summary(sent, rules()) == summary


def test_without_one_the_first_sentences_are_the_summary():
    article = an_article(
        f"<h2>Heading</h2><p>{SENTENCE}</p><p>{SENTENCE}</p><p>{SENTENCE}</p><p>{SENTENCE}</p>"
    )
    assert article.summary.endswith("towns.")
    assert 2 * len(SENTENCE) < len(article.summary) <= FIRST_SENTENCES


def test_sentences_without_blanks_between_them_end_too():
    article = an_article(f"<p>{'北港市は灯台を図書館にする。' * 40}</p>")
    assert article.summary.endswith("。")
    assert len(article.summary) <= FIRST_SENTENCES


def test_a_long_summary_is_shortened():
    assert len(an_article("<p>x</p>", summary="word " * 1000).summary) <= MAX_SUMMARY


@pytest.mark.parametrize(
    "cluster",
    ["e\u0301", "👩‍👩‍👧", "👍🏽", "🇰🇷", "1\ufe0f\u20e3", "क्षि".replace("्", "\u094d")[:1] + "\u093f"],
)
def test_a_cut_never_parts_what_a_reader_sees_as_one(cluster):
    for limit in range(2, 40):
        kept = truncate(cluster * 50, limit).removesuffix("…")
        assert len(kept) % len(cluster) == 0
        assert kept == cluster * (len(kept) // len(cluster))


@given(st.text(min_size=1, max_size=200), st.integers(1, 220))
def test_truncation_keeps_a_beginning_within_the_limit(text, limit):
    short = truncate(text, limit)
    assert len(short) <= max(limit, 1)
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
