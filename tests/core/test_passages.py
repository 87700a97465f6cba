"""core.passages: what stands together, where it stands, and what to cut to be rid of it."""

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.passages import blocks, passages
from aggregator.model import Passage, Place

LONG = "A first sentence that is long enough to be the lead of any article, whatever its dateline said."


def cuts(html: str) -> list[tuple[str, str]]:
    return [(block.passage.text, html[block.start : block.end]) for block in blocks(html)]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One</p><p>Two</p>", [("One", "<p>One</p>"), ("Two", "<p>Two</p>")]),
        ("loose<p>One</p>tail", [("loose", "loose"), ("One", "<p>One</p>"), ("tail", "tail")]),
        ("<div>a<p>b</p></div>", [("a", "a"), ("b", "<p>b</p>")]),
        ("<ul><li>x</li><li><p>y</p></li></ul>", [("x", "<li>x</li>"), ("y", "<p>y</p>")]),
        ("<p>a<br>b</p>", [("a b", "<p>a<br>b</p>")]),
        ("<p>a <b>b</b><br><br><i>c</i></p>", [("a b", "a <b>b</b>"), ("c", "<i>c</i>")]),
        ("<p>Sam<b>sung</b> wins</p>", [("Samsung wins", "<p>Sam<b>sung</b> wins</p>")]),
        ('<p>x <img alt="a&gt;b"> y</p>', [("x y", '<p>x <img alt="a&gt;b"> y</p>')]),
        ("<p>a &lt;b&gt; &amp; c&nbsp;d</p>", [("a <b> & c d", "<p>a &lt;b&gt; &amp; c&nbsp;d</p>")]),
        ("<b>one<p>two</p>three</b>", [("one", "one"), ("two", "<p>two</p>"), ("three", "three")]),
        ("a <b>c<p>d</p></b>", [("a", "a "), ("c", "c"), ("d", "<p>d</p>")]),
        ('<p><img src="https://e.org/x.png"></p>', []),
        (
            "<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
            [("1", "<td>1</td>"), ("2", "<td>2</td>")],
        ),
        ("", []),
    ],
)
def test_a_block_is_the_whole_element_where_the_text_is_all_it_holds(html, expected):
    assert cuts(html) == expected


@pytest.mark.parametrize(
    ("html", "places"),
    [
        (f"<p>{LONG}</p><p>More.</p>", [Place.LEAD, Place.BODY]),
        (f"<p>Seoul, Feb 4</p><p>{LONG}</p><p>More.</p>", [Place.LEAD, Place.LEAD, Place.BODY]),
        (f"<h2>Head</h2><p>{LONG}</p>", [Place.BODY, Place.LEAD]),
        ("<figure><figcaption>A tower</figcaption></figure><p>Text</p>", [Place.CAPTION, Place.LEAD]),
        ('<p><a href="https://e.org/">Elsewhere</a></p><p>Text</p>', [Place.LINK, Place.LEAD]),
        ('<p>See <a href="https://e.org/">elsewhere</a> for the whole of it</p>', [Place.LEAD]),
    ],
)
def test_a_place_says_what_the_passage_is_in_the_article(html, places):
    assert [block.passage.place for block in blocks(html)] == places


def test_the_title_comes_first():
    assert passages("Title", "<p>Text</p>") == (Passage(Place.TITLE, "Title"), Passage(Place.LEAD, "Text"))
    assert passages("", "") == ()


TOKENS = (
    "<p> </p> <div> </div> <b> </b> <i> </i> <br> <li> </li> <ul> </ul> <table> <tr> <td> </table> <h2> "
    "</h2> <a\thref=x> </a> <pre> </pre> <blockquote> </blockquote> one two &lt; &amp;nbsp; < > \" ' é 한국"
)
MARKUP = st.lists(st.sampled_from(TOKENS.split(" ")), max_size=40).map(" ".join)


@given(MARKUP)
def test_blocks_stand_in_order_and_their_texts_are_all_the_text(markup):
    html = nh3.clean(markup)
    found = blocks(html)
    ends = [0] + [block.end for block in found]
    assert all(end <= block.start < block.end for end, block in zip(ends, found, strict=False))
    plain = nh3.clean(html, tags=set()).replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ")
    words = "".join(plain.replace("&amp;", "&").split())
    assert "".join("".join(block.passage.text.split()) for block in found).replace(
        "&nbsp;", ""
    ) == words.replace("&nbsp;", "")


@given(MARKUP, st.data())
def test_cutting_a_block_removes_its_text_and_no_other(markup, data):
    html = nh3.clean(markup)
    found = blocks(html)
    if not found:
        return
    chosen = data.draw(st.integers(0, len(found) - 1))
    cut = html[: found[chosen].start] + html[found[chosen].end :]
    assert nh3.clean(cut) == nh3.clean(nh3.clean(cut))
    left = [block.passage.text for block in found]
    del left[chosen]
    assert "".join("".join(left).split()) == "".join("".join(b.passage.text for b in blocks(cut)).split())
