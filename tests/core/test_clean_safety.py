"""core.clean: nothing leaves that can run, whatever comes in."""

import os
import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from core.cleaning import FIXTURES, html_of

from aggregator.core.clean.sanitize import _CLEANER, ATTRIBUTES, TAGS
from aggregator.model import BodyType

VECTORS = [
    vector
    for group in yaml.safe_load((FIXTURES / "xss" / "vectors.yaml").read_text(encoding="utf-8")).values()
    for vector in group
]
# As raw HTML, as it stands in the midst of an article, and as what a feed escaped once too often.
SETTINGS = ["{}", "<p>One two three.</p>{}<p>Four five six.</p>", "<table><tr><td>{}</td></tr></table>"]
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
HOW_TO_GET_CHROMIUM = (
    f"{CHROMIUM} is not there: install it (Debian: apt install chromium) or set CHROMIUM to its path"
)


class Structure(HTMLParser):
    """Collects what is not allowed in an output."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            allowed = ATTRIBUTES.get(tag, set()) | ATTRIBUTES["*"] | ({"rel"} if tag == "a" else set())
            if name not in allowed - {"style"}:
                self.faults.append(f"{tag}[{name}]")
            schemes = {"http", "https", "mailto", "tel"} if name == "href" else {"http", "https"}
            if name in ("href", "src", "cite") and urlsplit(value or "").scheme not in schemes:
                self.faults.append(f"{tag}[{name}={value}]")

    def handle_comment(self, data):
        self.faults.append(f"<!--{data}-->")

    handle_decl = handle_pi = unknown_decl = handle_comment


def faults(html: str) -> list[str]:
    structure = Structure()
    structure.feed(html)
    structure.close()
    return structure.faults


def test_the_collection_is_large_enough():
    assert len(set(VECTORS)) >= 150


@pytest.mark.parametrize("vector", VECTORS)
def test_a_vector_leaves_only_allowed_tags_attributes_and_schemes(vector):
    for setting in SETTINGS:
        assert faults(html_of(setting.format(vector))) == []
    assert faults(html_of(vector, body_type=BodyType.TEXT)) == []


@pytest.mark.parametrize("times", range(1, 8))
@pytest.mark.parametrize("before", ["", "<x>", "<p>"])
def test_escaped_again_and_again_behind_tags_that_go_a_script_stays_a_text(times, before):
    body = "<script>X()</script><p onclick='X()'>Hello</p>"
    for _ in range(times):
        body = escape(before + body)
    html = html_of(body)
    assert faults(html) == []
    assert html_of(html) == html


def test_the_structure_check_sees_what_it_is_for():
    bad = '<p onclick="X()"><script>X()</script><a href="javascript:X()">x</a><!-- x --></p>'
    assert len(faults(bad)) == 4


def test_what_nh3_writes_has_brackets_in_tags_alone():
    """Sanitizer and passages rest on it: every "<" begins a tag, every ">" ends one."""
    written = _CLEANER.clean("""<img alt="a>b<c'd&quot;e" src=x title='"<i>'> a < b > c <p title=">">x</p>""")
    assert re.findall("<[^<>]*>", written)[0].startswith("<img alt=")
    assert re.sub("<[^<>]*>", "", written) == " a &lt; b &gt; c x"
    assert "<i>" not in written


def test_no_vector_runs_in_a_browser():
    if not CHROMIUM.exists():
        pytest.skip(HOW_TO_GET_CHROMIUM)
    from playwright.sync_api import sync_playwright

    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=options)
        context = browser.new_context()
        context.route("**/*", lambda route: route.abort())  # what a vector loads comes from nowhere
        page = context.new_page()
        # The canary works: a vector that is not cleaned does fire.
        assert fired(page, ["<img src=x onerror=X()>"]) == [0]
        assert fired(page, [html_of(setting.format(v)) for v in VECTORS for setting in SETTINGS]) == []
        browser.close()


def fired(page, bodies: list[str]) -> list[int]:
    """The numbers of the bodies that called X, each parsed in place, its links clicked, its parts hovered."""
    page.set_content("<!doctype html><html><body></body></html>")
    return page.evaluate(
        """async (bodies) => {
            const fired = new Set(); let now = -1;
            window.X = () => fired.add(now);
            for (const body of bodies) {
                now += 1;
                const box = document.createElement('div');
                document.body.replaceChildren(box);
                const range = document.createRange();
                range.selectNode(box);
                box.append(range.createContextualFragment(body));  // unlike innerHTML, it runs scripts
                for (const each of box.querySelectorAll('*')) {
                    for (const kind of ['mouseover', 'focus', 'pointermove', 'scroll', 'toggle'])
                        each.dispatchEvent(new Event(kind));
                    const href = each.getAttribute('href') || '';
                    if (/^\\s*\\w*script/i.test(href)) each.click();
                }
                await new Promise(done => setTimeout(done, 4));
            }
            await new Promise(done => setTimeout(done, 300));
            return [...fired];
        }""",
        bodies,
    )
