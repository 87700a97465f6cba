"""docs/feeds.md and the writers say the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from builders import a_topic_feed
from lxml import etree

from aggregator.model import DisclosureKind, Origin, Place
from aggregator.write.atom import write_atom
from aggregator.write.jsonfeed import write_json
from aggregator.write.rss import write_rss
from aggregator.write.vocabulary import COMPANY_SCHEME, KIND_SCHEME, NAMESPACE

DOCS = (Path(__file__).parents[2] / "docs" / "feeds.md").read_text(encoding="utf-8")
# The roots, and what only frames other elements.
FRAMES = {"feed", "rss", "channel", "item", "entry"}


def names(written: bytes) -> set[str]:
    """Every element and attribute name, as a reader of the docs would look for it."""
    found = set()
    for element in etree.fromstring(written).iter():
        prefix = f"{element.prefix}:" if element.prefix else ""
        found.add(prefix + etree.QName(element).localname)
        found |= {etree.QName(attribute).localname for attribute in element.attrib}
    return found - FRAMES - {"lang"}


@pytest.mark.parametrize("write", [write_atom, write_rss])
def test_every_element_and_attribute_that_we_write_is_documented(write):
    named = set(re.findall(r"[\w:]+", " ".join(re.findall(r"`([^`]+)`", DOCS))))
    assert names(write(a_topic_feed()).whole()) - named - {"version"} == set()


def test_every_member_of_ours_in_json_is_documented():
    document = json.loads(write_json(a_topic_feed()).whole())
    ours = {key for part in (document, *document["items"]) for key in part if key.startswith("_")}
    assert {key for key in ours if f"`{key}`" not in DOCS} == set()


def test_every_kind_origin_and_place_is_documented():
    terms = [*DisclosureKind, *Origin, *Place]
    assert [term.value for term in terms if f"`{term.value}`" not in DOCS] == []


def test_the_namespace_and_schemes_are_documented():
    assert all(f"{name}" in DOCS for name in (f'xmlns:d="{NAMESPACE}"', COMPANY_SCHEME, KIND_SCHEME))
