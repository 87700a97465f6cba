"""robots.txt (RFC 9309)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.robots import parse


def allowed(text: str, path: str) -> bool:
    return parse(text, "aggregator").allow(f"https://news.example{path}")


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("USER-AGENT: *\nDISALLOW: /a # why", "/a/b", False),
        ("User-agent: *\nDisallow: /a", "/b", True),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("User-agent: Aggregator/1.0\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: aggregator\nDisallow: /private", "/a", True),
        ("User-agent: aggregator\nDisallow:\n\nUser-agent: *\nDisallow: /", "/a", True),
        ("User-agent: other\nUser-agent: aggregator\nDisallow: /", "/a", False),
        ("User-agent: aggregator\nDisallow: /a\n\nUser-agent: aggregator\nDisallow: /b", "/b", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /a*b*c", "/axxbyyc", False),
        ("User-agent: *\nDisallow: /a*b*c", "/axxcyyb", True),
        ("User-agent: *\nDisallow: /a$", "/a", False),
        ("User-agent: *\nDisallow: /a$", "/ab", True),
        ("User-agent: *\nDisallow: /*a$", "/xa", False),
        ("User-agent: *\nDisallow: /*?print", "/news?print=1", False),
        ("User-agent: *\nDisallow: /ä", "/%C3%A4", False),
        ("User-agent: *\nDisallow: /%c3%a4", "/ä", False),
        ("Disallow: /", "/a", True),
        ("User-agent: *\nCrawl-delay: 5\nDisallow: /a\nSitemap: https://x/", "/a", False),
        ("<html><body>User-agent</body></html>", "/a", True),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", False),
    ],
)
def test_the_longest_fitting_line_of_our_group_decides(text, path, expected):
    assert allowed(text, path) is expected


def test_a_hostile_pattern_ends_soon():
    text = "User-agent: *\n" + ("Disallow: /" + "*a" * 900 + "$\n") * 2000
    assert allowed(text, "/" + "a" * 5000 + "b")


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_is_read_and_any_path_judged(text, path):
    assert allowed("User-agent: *\nDisallow: " + text, "/" + path) in (True, False)
