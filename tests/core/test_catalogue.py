from collections import Counter
from pathlib import Path

import pytest
import yaml

from aggregator.config import built_in_rules
from aggregator.core.catalogue import check
from aggregator.model import Company, Person

DATA = Path(__file__).parents[2] / "aggregator" / "data" / "companies"


def a_company(slug="acme", **fields):
    return Company(slug, **{"name": "Acme", **fields})


def test_the_built_in_catalogue_has_no_contradiction():
    assert check(built_in_rules().companies) == ()


def test_the_built_in_catalogue_is_broad():
    countries = Counter(company.country for company in built_in_rules().companies)
    assert len(built_in_rules().companies) >= 450
    assert all(countries[country] >= 10 for country in ("US", "KR", "JP", "CN", "TW", "DE", "FR", "GB", "IN"))


def test_every_record_is_found_by_something():
    bare = [
        company.slug
        for company in built_in_rules().companies
        if not (company.aliases or company.words or company.units or company.tickers)
    ]
    assert bare == []


@pytest.mark.parametrize("path", sorted(DATA.glob("*.yaml")), ids=lambda path: path.stem)
def test_data_files_hold_texts_only(path):
    """An unquoted NO or ON would be a truth value, an unquoted 3 a number."""
    for record in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["companies"]:
        for key, value in record.items():
            items = value if isinstance(value, list) and key != "people" else []
            assert all(isinstance(item, str) for item in items), (record["slug"], key)


@pytest.mark.parametrize(
    ("records", "problem"),
    [
        ([a_company("Acme")], "a slug is lower-case"),
        ([a_company(), a_company()], "two records"),
        ([a_company(name=" ")], "no name"),
        ([a_company(country="Korea")], "ISO 3166-1"),
        ([a_company(wikidata="20716")], "item id"),
        ([a_company(parent="nobody")], "not in the catalogue"),
        ([a_company("a", parent="b"), a_company("b", parent="a")], "in a circle"),
        ([a_company("a", aliases=("Zed",)), a_company("b", aliases=("zed",))], "claimed by 'a' and 'b'"),
        ([a_company("a", aliases=("Zed",)), a_company("b", units=("ZED",))], "claimed by 'a' and 'b'"),
        ([a_company("a", tickers=("NYSE:Z",)), a_company("b", tickers=("NYSE:Z",))], "claimed by"),
        ([a_company(people=(Person(("Ann Acme",), since=2020, until=2010),))], "before the start"),
        ([a_company(aliases=("",))], "empty name"),
        ([a_company(words=("Zed",), against=("Zed",))], "speaks against the company itself"),
        ([a_company(doubt=9)], "doubt is"),
    ],
)
def test_a_contradiction_is_named(records, problem):
    assert any(problem in line for line in check(records))


def test_words_may_be_shared_since_they_need_evidence():
    assert check([a_company("a", words=("Merck",)), a_company("b", words=("Merck",))]) == ()


def test_a_leader_may_change_companies():
    early = Person(("Ann Example",), since=2001, until=2010)
    late = Person(("Ann Example",), since=2011)
    assert check([a_company("a", people=(early,)), a_company("b", people=(late,))]) == ()
