"""Keys, fingerprints, tag: URIs and rule versions."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.identity import Sighting, come_again, data_version, entry_key, fingerprint, tag_uri
from aggregator.model import BodyType, Enclosure, RawEntry

RAW = RawEntry(
    key="id:1", fingerprint=b"", url="https://x.example.org/", title="t", author="a", published="p",
    updated="u", summary="s", body="b", base="https://x.example.org/b", labels=("l",),
    enclosures=(Enclosure("https://x.example.org/e"),), rights="r", licence="c", language="en",
)  # fmt: skip


def test_the_best_layer_that_is_there_names_an_entry():
    assert entry_key(" 7 ", "https://x.example.org/", "t") == "id:7"
    assert entry_key(None, "https://X.example.org/?utm_source=a", "t") == "url:https://x.example.org/"
    assert entry_key(None, None, "t").startswith("hash:")


@pytest.mark.parametrize("entry_id", ["", " ", "0", "None", "null", "-"])
def test_an_id_that_says_nothing_is_none(entry_id):
    assert entry_key(entry_id, "https://x.example.org/", "t") == "url:https://x.example.org/"


def test_a_long_id_is_hashed_and_still_its_own():
    one, other = entry_key("a" * 5000, None, ""), entry_key("a" * 4999 + "b", None, "")
    assert one.startswith("id:")
    assert len(one) < 64
    assert one != other


@pytest.mark.parametrize(
    "name", [field.name for field in fields(RawEntry) if field.name not in ("key", "fingerprint")]
)
def test_every_field_counts_for_the_fingerprint(name):
    other = {
        "title_type": BodyType.TEXT, "body_type": BodyType.TEXT, "labels": ("l", "m"),
        "enclosures": (Enclosure("https://x.example.org/f"),),
    }.get(name, "other")  # fmt: skip
    assert fingerprint(replace(RAW, **{name: other})) != fingerprint(RAW)


def test_key_and_old_fingerprint_do_not_count():
    assert fingerprint(replace(RAW, key="id:2", fingerprint=b"x")) == fingerprint(RAW)


@given(st.text(), st.text())
def test_text_that_moves_from_one_field_to_the_next_is_a_change(one, other):
    moved = replace(RAW, summary=one + other, body="")
    assert (fingerprint(moved) == fingerprint(replace(RAW, summary=one, body=other))) == (other == "")


def test_tag_uris_are_those_of_rfc_4151():
    assert (
        tag_uri("Example.org", date(2025, 2, 4), "feeds/a b+등")
        == "tag:example.org,2025-02-04:feeds/a%20b+%EB%93%B1"
    )


@dataclass(frozen=True)
class Rule:
    name: str
    words: tuple[str, ...]


def test_a_version_follows_the_data_and_not_its_order():
    version = data_version("t", 4, {"a": 1, "b": [Rule("x", ("y",))]})
    assert version == data_version("t", 4, {"b": [Rule("x", ("y",))], "a": 1})
    assert version.startswith("t4:")
    assert version != data_version("t", 4, {"a": 1, "b": [Rule("x", ("z",))]})
    assert version != data_version("t", 5, {"a": 1, "b": [Rule("x", ("y",))]})
    assert data_version("t", 1, {"s": frozenset("ab")}) == data_version("t", 1, {"s": frozenset("ba")})


def seen(key: str, number: int, day: int | None = 4, title: str = "") -> Sighting:
    published = None if day is None else datetime(2025, 2, day, tzinfo=UTC)
    return Sighting(key, f"https://x.example/{number}", title or f"Report {number}", published)


@pytest.mark.parametrize(
    ("fresh", "stored", "in_document", "known"),
    [
        pytest.param([seen("b", 1)], [seen("a", 1)], {"b"}, {"b": "a"}, id="link, title and date agree"),
        pytest.param([seen("b", 1, None)], [seen("a", 1, None)], {"b"}, {"b": "a"}, id="no date at all"),
        pytest.param([seen("b", 1, 5)], [seen("a", 1)], {"b"}, {}, id="another date: the next of a series"),
        pytest.param([seen("b", 1, title="New")], [seen("a", 1)], {"b"}, {}, id="another title"),
        pytest.param([seen("b", 1)], [seen("a", 1)], {"a", "b"}, {}, id="both in one document: two entries"),
        pytest.param([seen("b", 1), seen("c", 1)], [seen("a", 1)], {"b", "c"}, {}, id="a link of several"),
        pytest.param([Sighting("b", "", "T", None)], [Sighting("a", "", "T", None)], {"b"}, {}, id="no link"),
        pytest.param(
            [seen(f"b{n}", n, 5) for n in range(4)],
            [seen(f"a{n}", n) for n in range(2)],
            {f"b{n}" for n in range(4)},
            {"b0": "a0", "b1": "a1"},
            id="ids and dates made anew for the whole document",
        ),
        pytest.param(
            [seen(f"b{n}", n, 5) for n in range(3)],
            [seen(f"a{n}", n) for n in range(3)],
            {"b0", "b1", "b2", "kept"},
            {},
            id="one id was known: a series goes on",
        ),
        pytest.param(
            [seen(f"b{n}", n, 5) for n in range(2)],
            [seen(f"a{n}", n) for n in range(2)],
            {"b0", "b1"},
            {},
            id="two entries are too few to tell",
        ),
    ],
)
def test_an_entry_under_a_new_id_is_known_by_what_does_not_change(fresh, stored, in_document, known):
    assert come_again(fresh, stored, in_document) == known
