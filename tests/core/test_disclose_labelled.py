from __future__ import annotations

import pytest

from benchmarks.disclosures import OWN_SET, built_in_rules, evaluate, figures, texts, texts_told

LANGUAGES = ("de", "en", "es", "fr", "ja", "ko", "zh")
OUTCOMES = evaluate(texts(sorted(OWN_SET.glob("*.jsonl"))), built_in_rules())


def test_the_labelled_set_is_large_and_nearly_half_of_it_is_tempting():
    silent = [each for each in OUTCOMES if not each.expected]
    assert len(OUTCOMES) >= 200
    assert len(silent) >= 0.3 * len(OUTCOMES)
    assert {each.language for each in OUTCOMES} == set(LANGUAGES)


def test_precision_and_recall_on_the_labelled_set():
    assert figures(OUTCOMES).precision >= 0.98
    assert figures(OUTCOMES).recall >= 0.9
    assert texts_told(OUTCOMES).precision >= 0.98


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_is_left_behind(language):
    of = figures(each for each in OUTCOMES if each.language == language)
    assert of.precision >= 0.95
    assert of.recall >= 0.9
