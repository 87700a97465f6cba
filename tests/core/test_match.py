import pytest
from core.tagging import a_matcher
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.fold import fold
from aggregator.model import Company

RECORDS = (
    Company(
        "samsung", "Samsung", aliases=("Samsung", "삼성전자", "삼성", "サムスン"), tickers=("KRX:005930",)
    ),
    Company("sk-group", "SK", words=("SK",), units=("SK On",)),
    Company("sk-hynix", "SK hynix", aliases=("SK hynix", "SK하이닉스")),
    Company("meta", "Meta", words=("Meta", "메타", "メタ"), tickers=("NASDAQ:META",)),
    Company("oracle", "Oracle", words=("Oracle",), tickers=("NYSE:ORCL",), domains=("oracle.com",)),
    Company("visa", "Visa", words=("Visa",), tickers=("NYSE:V",)),
    Company("target", "Target", words=("Target",), tickers=("NYSE:TGT",)),
    Company("tencent", "Tencent", aliases=("Tencent",), tickers=("HKEX:0700",)),
    Company("nestle", "Nestlé", aliases=("Nestlé",)),
    Company("att", "AT&T", aliases=("AT&T",)),
    Company("jj", "Johnson & Johnson", aliases=("Johnson & Johnson",)),
    Company("sony", "Sony", aliases=("ソニー",)),
    Company("apple", "Apple", words=("Apple",), against=("Apple pie", "Big Apple")),
)
MATCHER = a_matcher(*RECORDS)
FOR_MUCH_TEXT = MATCHER.for_much_text()


def found(text):
    folded = fold(text)
    return [
        (folded.shown[hit.start : hit.end], {claim.kind.value for claim in hit.claims})
        for hit in MATCHER.hits(folded)
    ]


def names(text):
    return [name for name, _ in found(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Samsung",
        "Samsung's",
        "Samsung’s",
        "(Samsung)",
        "Samsung-backed",
        "non-Samsung",
        "Samsung,",
        "Samsung/Toshiba",
        "Samsungs Chef",
        "die Samsung-Aktie",
        "가Samsung은",
    ],
)
def test_a_latin_name_ends_at_a_word_border_a_possessive_or_a_genitive(text):
    assert names(text) == ["Samsung"]


@pytest.mark.parametrize(
    "text", ["Samsungite", "XSamsung", "samsung_x", "kim@samsung.com", "https://x.example/samsung"]
)
def test_a_latin_name_inside_a_word_or_an_address_is_none(text):
    assert names(text) == []


@pytest.mark.parametrize(
    "text", ["삼성전자가", "삼성전자", "삼성전자는", "삼성이", "삼성과", "삼성 로고", "SK하이닉스의"]
)
def test_korean_names_bear_particles(text):
    assert len(names(text)) == 1


@pytest.mark.parametrize("text", ["메타버스", "삼성동", "대삼성", "가메타"])
def test_short_korean_names_inside_other_words_are_none(text):
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "many"),
    [("ソニーの", 1), ("ソニーグループ", 1), ("ソニーズ", 0), ("メタル", 0), ("オソニー", 0)],
)
def test_katakana_names_stand_alone_or_before_a_known_tail(text, many):
    assert len(names(text)) == many


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SK hynix rises", "SK hynix"),
        ("SK-hynix rises", "SK hynix"),
        ("SK only", "SK"),
        ("SK On halts", "SK On"),
        ("Nestle grows", "Nestle"),
        ("AT&T grows", "AT&T"),
        ("Johnson and Johnson", "Johnson and Johnson"),
        ("an Apple pie", "Apple pie"),
        ("the Big Apple", "Big Apple"),
    ],
)
def test_the_longest_name_that_has_borders_wins(text, name):
    assert [found.replace("-", " ") for found in names(text)] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "$ORCL jumps",
        "(NYSE: ORCL)",
        "NYSE:V",
        "ORCL up",
        "005930.KS",
        "삼성전자우 (005930)",
        "700.HK",
        "TGT rose",
        "shares of TGT",
        "ticker ORCL",
    ],
)
def test_tickers_count_in_ticker_form(text):
    assert any("ticker" in kinds for _, kinds in found(text))


@pytest.mark.parametrize(
    "text", ["V-shaped", "TGT is a code", "META matters", "orcl", "700 people", "005930", "in 2030 (0700)"]
)
def test_letters_and_numbers_without_that_form_are_no_tickers(text):
    assert not any("ticker" in kinds for _, kinds in found(text))


def test_a_domain_counts_where_it_is_written_out():
    assert found("see docs.oracle.com for more") == [("oracle.com", {"domain"})]
    assert found("ask kim@oracle.com") == []


def test_short_capitals_are_taken_literally():
    assert names("He said sk and Sk") == []


def test_an_empty_catalogue_finds_nothing():
    assert a_matcher().hits(fold("Samsung")) == []


def test_an_empty_catalogue_finds_nothing_in_much_text_either():
    assert a_matcher().for_much_text().hits(fold("Samsung")) == []


PIECES = (
    "samsung", "samsungs", "Samsung's", "sk", "SK", "sk on", "SK-hynix", "hynix", "orcl", "$ORCL", "NYSE: ORCL",
    "NYSE:V", "0700", "700.HK", "(005930)", "at&t", "AT&T", "at t", "johnson and johnson", "oracle.com", "visa",
    "apple pie", "big apple", "삼성", "Nestlé", "s", "'", "’s", "_", "-", ".", ",", "$", ":", "!", "/", "@", "(", "x", "9",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=8), st.sampled_from(("", " ", "-")))
def test_made_for_much_text_it_finds_the_same(pieces, joint):
    text = fold(joint.join(pieces))
    assert FOR_MUCH_TEXT.hits(text) == MATCHER.hits(text)
