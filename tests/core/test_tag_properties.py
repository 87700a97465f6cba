"""What must never change the tags: markup, width, normal form, boilerplate about others."""

import unicodedata

import pytest
from core.tagging import tagged
from hypothesis import given, settings
from hypothesis import strategies as st

STORIES = (
    (
        "Samsung and OpenAI plan a lab",
        "Samsung Electronics met OpenAI in Suwon. Oracle sent a database team.",
    ),
    (
        "Target raises pay at its stores",
        "The retailer said shoppers would notice nothing. Shares of TGT rose.",
    ),
    (
        "Orange juice is dear",
        "Growers fear frost; Visa applications and the oracle of Delphi are of no help.",
    ),
    ("삼성전자, 오픈AI와 협력", "삼성전자가 오픈AI와 논의했다. 네이버도 준비 중이다."),
    ("ソニーと任天堂が提携", "ソニーグループの発表。トヨタは反応していない。"),
    ("Nestlé und Siemens bauen", "Die Siemens-Aktie stieg, Nestlé verlor."),
)
BOILERPLATE = (
    "<p>Follow us on Facebook, X and LinkedIn.</p>",
    "<p>Netflix and the Netflix logo are trademarks of Netflix, Inc.</p>",
    "<p>Disclosure: the author owns shares in Boeing.</p>",
    "<p>Download our app from the App Store or Google Play.</p>",
    "<p>Disclaimer: this text was produced with Anthropic tools and may contain errors.</p>",
    "<h4>Related</h4><ul><li><a href='/a'>Tesla opens in Delhi</a></li><li><a href='/b'>Huawei hires</a></li></ul>",
    "<p>© 2025 Rakuten. All rights reserved.</p>",
)
stories = st.sampled_from(STORIES)


def judged(title, body_html):
    return {(found.company, found.primary) for found in tagged(title, body_html)}


def wide(text):
    return "".join(
        chr(ord(char) + 0xFEE0) if "!" <= char <= "~" and char not in "<>&" else char for char in text
    )


@settings(max_examples=60, deadline=None)
@given(stories, st.data())
def test_inline_markup_inside_words_changes_nothing(story, data):
    title, body = story
    cuts = data.draw(st.lists(st.integers(1, len(body) - 1), max_size=4, unique=True))
    tags = data.draw(st.sampled_from(("b", "i", "em", "span", "strong")))
    marked = body
    for cut in sorted(cuts, reverse=True):
        marked = f"{marked[:cut]}<{tags}>{marked[cut : cut + 1]}</{tags}>{marked[cut + 1 :]}"
    assert judged(title, f"<p>{marked}</p>") == judged(title, f"<p>{body}</p>")


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_the_normal_form_changes_nothing(story, form):
    title, body = story
    changed = judged(unicodedata.normalize(form, title), f"<p>{unicodedata.normalize(form, body)}</p>")
    assert changed == judged(title, f"<p>{body}</p>")


@pytest.mark.parametrize("story", STORIES)
def test_full_width_letters_change_nothing(story):
    title, body = story
    assert judged(wide(title), f"<p>{wide(body)}</p>") == judged(title, f"<p>{body}</p>")


@settings(max_examples=40, deadline=None)
@given(stories, st.sampled_from(("\u00ad", "\u200b", "\u2060", "\ufeff")), st.data())
def test_invisible_characters_change_nothing(story, invisible, data):
    title, body = story
    at = data.draw(st.integers(0, len(body)))
    assert judged(title, f"<p>{body[:at]}{invisible}{body[at:]}</p>") == judged(title, f"<p>{body}</p>")


@settings(max_examples=60, deadline=None)
@given(stories, st.lists(st.sampled_from(BOILERPLATE), min_size=1, max_size=4, unique=True))
def test_boilerplate_about_other_companies_changes_nothing(story, lines):
    title, body = story
    lines = sorted(lines, key=lambda line: "Related" in line)
    assert judged(title, f"<p>{body}</p>" + "".join(lines)) == judged(title, f"<p>{body}</p>")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.text(max_size=400))
def test_no_text_breaks_the_tagger(title, body):
    assert all(0 <= found.score <= 1 for found in tagged(title, body))
