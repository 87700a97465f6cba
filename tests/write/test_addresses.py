from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.write.addresses import absolute_iri, published_name, published_url, web_iri
from aggregator.write.grammar import language_tag, media_type


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("samsung+openai", "samsung+openai.atom"),
        ("a b/c", "a%20b%2Fc.atom"),
        ("삼성", "%EC%82%BC%EC%84%B1.atom"),
    ],
)
def test_a_slugs_plus_stays_literal_and_all_else_is_a_path_segment(slug, name):
    assert published_name(slug, "atom") == name
    assert published_url("https://x.example/", slug, "atom") == "https://x.example/" + name


@pytest.mark.parametrize(
    ("url", "iri"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("HTTP://a.example/", "HTTP://a.example/"),
        ("https://user:secret@a.example/x", "https://a.example/x"),
        ("https://a.example/한국?q=ü", "https://a.example/한국?q=ü"),
        ("https://a.example/a b<c>", "https://a.example/a%20b%3Cc%3E"),
        ("https://a.example/100%", "https://a.example/100%25"),
        ("https://a.example/%41", "https://a.example/%41"),
        ("https://a.example/x[1]?y[]=2#z#[3]", "https://a.example/x%5B1%5D?y%5B%5D=2#z%23%5B3%5D"),
        ("https://[::1]:8080/x", "https://[::1]:8080/x"),
        ("https://a.example:443", "https://a.example:443"),
        ("https://[::1/x", None),
        ("https://a.example:port/x", None),
        ("https://a.example\\x", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//a.example/x", None),
        ("https://", None),
        ("", None),
        (None, None),
    ],
)
def test_a_web_iri_is_absolute_without_credentials_and_legal(url, iri):
    assert web_iri(url) == iri


@pytest.mark.parametrize(
    ("value", "iri"),
    [("urn:uuid:1", "urn:uuid:1"), ("tag:a.example,2025:x", "tag:a.example,2025:x"), ("12", None)],
)
def test_an_id_may_be_any_absolute_iri(value, iri):
    assert absolute_iri(value) == iri


@given(st.text())
def test_whatever_is_sent_the_result_is_legal_or_none(value):
    for result in (web_iri("https://a.example/" + value), absolute_iri("urn:" + value)):
        assert result is None or not set(result) & set('<>"{}|\\^` \x00\n')


@pytest.mark.parametrize(
    ("value", "result"),
    [("audio/mpeg", "audio/mpeg"), ("text/html; charset=x", "text/html"), ("mp3", None), (None, None)],
)
def test_a_media_type_is_one_or_none(value, result):
    assert media_type(value) == result


@pytest.mark.parametrize(
    ("value", "result"), [("ko", "ko"), ("zh-Hant-TW", "zh-Hant-TW"), ('e"n', None), ("", None)]
)
def test_a_language_tag_is_one_or_none(value, result):
    assert language_tag(value) == result
