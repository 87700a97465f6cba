import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.fold import fold


@pytest.mark.parametrize(
    ("text", "low"),
    [
        ("Samsung", "samsung"),
        ("Ｓａｍｓｕｎｇ", "samsung"),
        ("Sam\u00adsung", "samsung"),
        ("Sam\u200bsung", "samsung"),
        ("SK-hynix", "sk hynix"),
        ("SK\u00a0hynix", "sk hynix"),
        ("SK \n hynix", "sk hynix"),
        ("Moody’s", "moody's"),
        ("ｿﾆｰ", "ソニー"),
        ("ﾊﾞｲﾄﾞｩ", "バイドゥ"),
        (unicodedata.normalize("NFD", "삼성전자"), "삼성전자"),
        (unicodedata.normalize("NFD", "Nestlé"), "nestlé"),
        ("İstanbul", "i̇stanbul"[0:1] + "stanbul"),
    ],
)
def test_text_is_folded_to_one_case_width_and_normal_form(text, low):
    assert fold(text).low.replace("i̇", "i").replace("İ", "i") == low


@given(st.text(max_size=60))
def test_a_folded_place_leads_back_to_the_original(text):
    folded = fold(text)
    assert len(folded.low) == len(folded.shown)
    for at in range(len(folded.low)):
        start, end = folded.span(at, at + 1)
        assert 0 <= start <= end <= len(text)


@given(st.text(alphabet="Samsung 삼성전자 ソニー é’\u00ad\u00a0", max_size=40))
def test_folding_what_is_folded_changes_nothing(text):
    once = fold(text).low
    assert fold(once).low == once


def test_the_span_of_a_name_covers_what_was_written():
    text = "Die Sam\u00adsung-Aktie"
    folded = fold(text)
    start = folded.low.index("samsung")
    first, last = folded.span(start, start + len("samsung"))
    assert text[first:last] == "Sam\u00adsung"
