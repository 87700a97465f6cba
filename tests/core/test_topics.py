from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core import topics
from aggregator.core.expr import KEYWORDS
from aggregator.core.topics import (
    And,
    Anything,
    Company,
    Expr,
    Facts,
    FromSource,
    Kind,
    Language,
    Not,
    Or,
    Primary,
    needed,
    parse_expr,
    to_text,
)
from aggregator.errors import ExprError
from aggregator.model import DisclosureKind, Topic

KNOWN = ("samsung", "openai", "softbank", "sk-hynix", "and")
SAMSUNG, OPENAI, SOFTBANK = Company("samsung"), Company("openai"), Company("softbank")
AI = Kind(DisclosureKind.AI_GENERATED)


def facts(
    *companies: str,
    primary: tuple[str, ...] = (),
    kinds: tuple[str, ...] = (),
    language: str | None = "en",
    source: str = "yonhap",
) -> Facts:
    return Facts(frozenset({*companies, *primary}), frozenset(primary), frozenset(kinds), language, source)


@pytest.mark.parametrize(
    ("text", "expr"),
    [
        ("*", Anything()),
        ("samsung", SAMSUNG),
        ("Samsung", SAMSUNG),
        ('"SK hynix"', Company("sk-hynix")),
        ('"and"', Company("and")),
        ("samsung AND openai", And((SAMSUNG, OPENAI))),
        ("samsung+openai", And((SAMSUNG, OPENAI))),
        ("samsung and openai or softbank", Or((And((SAMSUNG, OPENAI)), SOFTBANK))),
        ("samsung and (openai Or softbank)", And((SAMSUNG, Or((OPENAI, SOFTBANK))))),
        ("NOT samsung AND openai", And((Not(SAMSUNG), OPENAI))),
        ("not not samsung", Not(Not(SAMSUNG))),
        ("samsung AND NOT ai-generated", And((SAMSUNG, Not(AI)))),
        ("only press-release", Kind(DisclosureKind.PRESS_RELEASE)),
        ("primary:samsung", Primary("samsung")),
        ('PRIMARY:"sk hynix"', Primary("sk-hynix")),
        ("source:samsung-newsroom", FromSource("samsung-newsroom")),
        ("lang:zh-TW", Language("zh-tw")),
        ("\n samsung\tOR\n openai ", Or((SAMSUNG, OPENAI))),
    ],
)
def test_an_expression_is_read(text, expr):
    assert parse_expr(text, KNOWN) == expr


@pytest.mark.parametrize(
    ("text", "column", "reason", "hint"),
    [
        ("", 1, "a company, a kind of disclosure, '(' or '*' expected, but the expression ends", ""),
        ("samsng", 1, "unknown company 'samsng'", "Did you mean 'samsung'?"),
        ("samsung AND opnai", 13, "unknown company 'opnai'", "Did you mean 'openai'?"),
        ('samsung AND "opn ai"', 13, "unknown company 'opn-ai'", "Did you mean 'openai'?"),
        ("NOT ai-generatd", 5, "unknown company 'ai-generatd'", "Did you mean 'ai-generated'?"),
        ("primary:samsng", 1, "unknown company 'samsng'", "Did you mean 'samsung'?"),
        ("samsung openai", 9, "AND, OR or the end expected, not 'openai'", ""),
        ("samsung & openai", 9, "AND, OR or the end expected, not '&'", "Write AND."),
        ("samsung,openai", 8, "AND, OR or the end expected, not ','", "Write OR, or AND."),
        ("(samsung", 9, "')' expected, but the expression ends", ""),
        ("samsung)", 8, "AND, OR or the end expected, not ')'", ""),
        (
            "samsung AND",
            12,
            "a company, a kind of disclosure, '(' or '*' expected, but the expression ends",
            "",
        ),
        ('samsung AND "openai', 13, "a quotation mark without its end", ""),
        ("company:samsung", 1, "unknown prefix 'company:'", "Expected primary:, source:, lang:."),
        ("lang:일본어", 1, "no language tag: '일본어'", "Expected one like ko or zh-TW."),
        (
            "only press-relase",
            6,
            "a kind of disclosure after 'only', such as press-release expected, not 'press-relase'",
            "Did you mean 'press-release'?",
        ),
    ],
)
def test_a_mistake_is_named_with_its_column_and_the_way_out(text, column, reason, hint):
    with pytest.raises(ExprError) as caught:
        parse_expr(text, KNOWN)
    assert (caught.value.column, caught.value.reason, caught.value.hint) == (column, reason, hint)


def test_a_source_must_be_known_where_the_sources_are():
    assert parse_expr("source:yonhap", KNOWN, ("yonhap",)) == FromSource("yonhap")
    with pytest.raises(ExprError, match=r"unknown source 'yonhp' at column 1\. Did you mean 'yonhap'\?"):
        parse_expr("source:yonhp", KNOWN, ("yonhap",))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50 + "samsung" + ")" * 50,
        "NOT " * 2000 + "samsung",
        "samsung OR " * 20_000 + "samsung",
        "(" * 9_999,
    ],
)
def test_depth_and_length_are_bounded(text):
    started = time.process_time()
    with pytest.raises(ExprError, match=r"nested deeper|longer than"):
        parse_expr(text, KNOWN)
    assert time.process_time() - started < 1


names = st.sampled_from(KNOWN)
atoms: st.SearchStrategy[Expr] = st.one_of(
    st.builds(Anything),
    st.builds(Company, names),
    st.builds(Primary, names),
    st.builds(Kind, st.sampled_from(DisclosureKind)),
    st.builds(FromSource, st.sampled_from(["yonhap", "not", "the-register", "a.b"])),
    st.builds(Language, st.sampled_from(["ko", "zh-tw"])),
)


def joined(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, inner))


expressions = st.recursive(atoms, joined, max_leaves=12)
entries = st.builds(
    Facts,
    st.frozensets(names),
    st.frozensets(names),
    st.frozensets(st.sampled_from([kind.value for kind in DisclosureKind])),
    st.sampled_from([None, "ko", "zh-TW", "en"]),
    st.sampled_from(["yonhap", "other"]),
).map(lambda f: Facts(f.companies | f.primary, f.primary, f.kinds, f.language, f.source))


@given(expressions)
def test_what_is_printed_reads_as_the_same_expression(expr):
    assert parse_expr(to_text(expr), KNOWN) == expr


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_within_itself(text):
    column, expr = read(text)
    if expr is None:
        assert 1 <= column <= len(text) + 1
    else:
        assert parse_expr(to_text(expr), KNOWN) == expr


def read(text: str) -> tuple[int, Expr | None]:
    try:
        return 0, parse_expr(text, KNOWN)
    except ExprError as error:
        return error.column, None


@pytest.mark.parametrize(
    ("text", "entry", "holds"),
    [
        ("*", facts(), True),
        ("samsung", facts("samsung"), True),
        ("samsung", facts("openai"), False),
        ("samsung AND openai", facts("samsung"), False),
        ("samsung AND openai", facts("samsung", "openai"), True),
        ("primary:samsung", facts("samsung"), False),
        ("primary:samsung", facts(primary=("samsung",)), True),
        ("NOT ai-generated", facts(kinds=("ai-generated",)), False),
        ("only press-release", facts(kinds=("press-release", "liability")), True),
        ("source:yonhap", facts(), True),
        ("source:other", facts(), False),
        ("lang:ko", facts(language="ko-KR"), True),
        ("lang:ko", facts(language="kok"), False),
        ("lang:ko", facts(language=None), False),
        ("lang:zh-TW", facts(language="zh-tw"), True),
        ("lang:zh-TW", facts(language="zh"), False),
    ],
)
def test_an_expression_holds_for_an_entry_or_not(text, entry, holds):
    assert topics.matches(parse_expr(text, KNOWN), entry) is holds


@pytest.mark.parametrize(
    ("text", "companies"),
    [
        ("samsung", {"samsung"}),
        ("*", None),
        ("samsung OR openai", {"samsung", "openai"}),
        ("samsung OR *", None),
        ("samsung AND *", {"samsung"}),
        ("(samsung OR openai) AND softbank", {"softbank"}),
        ("NOT samsung", None),
        ("NOT (NOT samsung OR ai-generated)", {"samsung"}),
        ("primary:samsung AND lang:ko", {"samsung"}),
    ],
)
def test_an_expression_names_the_companies_it_cannot_do_without(text, companies):
    assert needed(parse_expr(text, KNOWN)) == companies


@given(expressions, entries)
def test_no_entry_is_in_a_topic_whose_needed_companies_it_lacks(expr, entry):
    names = needed(expr)
    if names is not None and topics.matches(expr, entry):
        assert names & entry.companies


def topic(slug: str, match: str, **more: object) -> Topic:
    return Topic(slug, slug.title(), match, **more)  # type: ignore[arg-type]


def test_an_entry_asks_only_the_topics_that_it_could_be_in():
    index = topics.compile_topics(
        [
            topic("both", "samsung AND openai"),
            topic("all", "*"),
            topic("bank", "softbank"),
            topic("one", "samsung OR openai"),
        ],
        KNOWN,
    )
    asked = [compiled.topic.slug for compiled in topics.candidates(index, {"samsung", "unheard-of"})]
    assert "all" in asked
    assert "one" in asked
    assert "bank" not in asked


def test_a_topics_languages_and_primary_only_are_part_of_what_it_asks():
    compiled = topics.compile_topic(
        topic("korean", "samsung AND NOT openai", languages=("ko", "ja"), primary_only=True), KNOWN
    )
    assert to_text(compiled.expr) == "(primary:samsung AND NOT primary:openai) AND (lang:ko OR lang:ja)"
    assert topics.in_topic(compiled, facts("openai", primary=("samsung",), language="ko"))
    assert not topics.in_topic(compiled, facts("samsung", language="ko"))
    assert not topics.in_topic(compiled, facts(primary=("samsung",), language="en"))


@given(st.lists(expressions, max_size=6), entries)
def test_the_index_never_hides_a_topic_that_an_entry_is_in(exprs, entry):
    compiled = [topics.CompiledTopic(topic(str(i), "*"), expr) for i, expr in enumerate(exprs)]
    found = {c.topic.slug for c in topics.candidates(topics.index(compiled), entry.companies)}
    assert {c.topic.slug for c in compiled if topics.in_topic(c, entry)} <= found


def test_of_thousands_of_topics_an_entry_asks_a_handful():
    known = [f"company-{i}" for i in range(3000)]
    index = topics.compile_topics([topic(name, f"{name} AND NOT ai-generated") for name in known], known)
    assert [c.topic.slug for c in topics.candidates(index, {"company-7", "company-8"})] == [
        "company-7",
        "company-8",
    ]


def test_every_keyword_can_be_a_name_in_quotes():
    for word in KEYWORDS:
        assert parse_expr(to_text(Company(word)), [word]) == Company(word)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("NOT ai-genrated", "'ai-generated'"),
        ("ai generated", "'ai-generated'"),
        ("NOT press release", "'press-release'"),
        ("only sponsord", "'sponsored'"),
        ("only advert", "'sponsored'"),
        ("ads", "'sponsored'"),
        ("license", "'licence'"),
        ("only samsung", "The kinds are ai-generated, "),
        ("only", "The kinds are ai-generated, "),
    ],
)
def test_a_kind_of_disclosure_that_was_meant_is_suggested(text, meant):
    with pytest.raises(ExprError) as caught:
        parse_expr(text, KNOWN)
    assert meant in str(caught.value)


@pytest.mark.parametrize("kind", DisclosureKind)
@pytest.mark.parametrize("written", ["{}", "only {}", "NOT {}", "samsung AND NOT {}"])
def test_every_kind_of_disclosure_can_be_asked_for_and_excluded(kind, written):
    expr = parse_expr(written.format(kind.value.upper()), KNOWN)
    with_it, without = facts("samsung", kinds=(kind,)), facts("samsung")
    assert topics.matches(expr, with_it) is ("NOT" not in written)
    assert topics.matches(expr, without) is ("NOT" in written)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("samsung AND openai", ["openai"]),
        ("openai AND softbank", ["openai", "softbank"]),
        ("openai OR softbank", ["openai OR softbank"]),
        ("samsung AND (openai OR softbank)", ["openai OR softbank"]),
        ("samsung AND NOT ai-generated", ["NOT ai-generated"]),
        ("NOT (openai OR samsung OR ai-generated)", ["NOT samsung", "NOT ai-generated"]),
        ("NOT (samsung AND ai-generated)", ["NOT (samsung AND ai-generated)"]),
        ("samsung OR openai", []),
    ],
)
def test_the_parts_that_keep_an_entry_out_are_named(text, parts):
    asked = facts("samsung", kinds=("ai-generated",))
    assert [to_text(part) for part in topics.failing(parse_expr(text, KNOWN), asked)] == parts
