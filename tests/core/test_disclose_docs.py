from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from aggregator.config import built_in_rules
from aggregator.core.disclose import DECLARABLE, compile_notices
from aggregator.model import Disclosure, DisclosureKind, Origin
from aggregator.write.elements import disclosure
from aggregator.write.vocabulary import NAMESPACE

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "disclosures.md").read_text("utf-8")
DATA = built_in_rules().disclosures
SCHEMA = etree.RelaxNG(etree.parse(ROOT / "docs" / "disclosure.rng"))
LANGUAGES = {"en", "ko", "ja", "zh", "de", "fr", "es"}


@pytest.mark.parametrize("kind", DisclosureKind)
@pytest.mark.parametrize("origin", Origin)
def test_every_statement_that_we_write_fits_the_schema(kind, origin):
    parent = etree.Element("entry")
    disclosure(parent, Disclosure(kind, "Words & <signs>.", origin, "pt-BR", "https://example.org/a b"))
    disclosure(parent, Disclosure(kind, "", origin))
    for element in parent:
        SCHEMA.assertValid(etree.fromstring(etree.tostring(element)))


@pytest.mark.parametrize(
    "faulty",
    ['kind="made-up" origin="article"', 'kind="human"', 'kind="human" origin="article" extra=""'],
)
def test_the_schema_refuses_what_the_docs_do_not_name(faulty):
    assert not SCHEMA.validate(etree.fromstring(f'<disclosure xmlns="{NAMESPACE}" {faulty}/>'))


def test_the_example_in_the_docs_fits_the_schema():
    (example,) = re.findall(r"```xml\n(.*?)```", DOCS, re.DOTALL)
    SCHEMA.assertValid(etree.fromstring(example))


def test_the_docs_name_every_kind_and_every_key_that_can_be_declared():
    rows = set(re.findall(r"^\| `([\w-]+)` \|", DOCS, re.MULTILINE))
    assert rows >= {kind.value for kind in DisclosureKind} | set(DECLARABLE)
    declare = DOCS.partition("## What an operator may declare")[2].partition("\n## ")[0]
    for key, values in DECLARABLE.items():
        (row,) = re.findall(rf"^\| `{key}` \|(.*)\|$", declare, re.MULTILINE)
        assert all(f"`{value}`" in row for value in values)


def test_every_kind_has_words_in_every_language_and_every_rule_a_kind_and_anchors():
    assert set(DATA["kinds"]) == {kind.value for kind in DisclosureKind}
    assert all(set(about["text"]) == LANGUAGES for about in DATA["kinds"].values())
    assert set(DATA["languages"]) == LANGUAGES
    for about in DATA["languages"].values():
        assert set(about["rules"]) == {kind.value for kind in DisclosureKind} - {"republisher"}
        rules = [rule for of_kind in about["rules"].values() for rule in of_kind]
        names = [name for rule in rules for name in rule["find"]]
        assert len(names) == len(set(names))
        assert {anchor for rule in rules for anchor in rule["needs"]} <= set(about["anchors"])


def test_every_pattern_compiles():
    for language in compile_notices(DATA).languages:
        for each in (
            language.self,
            language.me,
            language.veto,
            language.negated,
            language.heading,
            language.filler,
        ):
            assert each.pattern.groups >= 0
        for group in language.groups:
            assert all(rule.find.pattern for rule in group.rules)


def test_a_faulty_rule_is_named():
    data = {"kinds": {}, "source_types": {}, "licences": ["x"], "languages": {"en": {
        "anchors": {"a": ["b"]}, "words": {"self": "x"},
        "rules": {"human": [{"needs": ["a"], "find": {"odd": "("}}]},
    }}}  # fmt: skip
    with pytest.raises(ValueError, match=r"rule en\.odd"):
        compile_notices(data).languages[0].groups[0].rules[0].find.pattern  # noqa: B018 asks for it
