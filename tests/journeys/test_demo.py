"""The demo as a new user sees it: the feeds, the second cycle, the page in a browser."""

from __future__ import annotations

import shutil

import pytest
from journeys.world import aggregator
from lxml import etree
from rfc4287 import problems

ATOM = "{http://www.w3.org/2005/Atom}"
CHROMIUM = shutil.which("chromium")
JOINT = {
    "https://meridian-wire.example/quiet-data-centre-lab",
    "https://market-ledger.example/samsung-openai-lab",
    "https://daily-circuit.example/suwon-quiet-hall",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    answer = aggregator("demo", "--once", "--dir", folder)
    assert answer.returncode == 0, answer.stderr
    assert "10 sources polled, 0 unchanged, 0 failed" in answer.stdout
    return folder


def entries(folder, slug):
    return etree.parse(str(folder / "output" / f"{slug}.atom")).findall(f"{ATOM}entry")


def test_every_feed_of_the_demo_keeps_to_rfc_4287(folder):
    feeds = sorted((folder / "output").glob("*.atom"))
    assert len(feeds) >= 9
    assert {path.name: problems(path.read_bytes()) for path in feeds} == {path.name: [] for path in feeds}


def test_the_joint_feed_holds_what_is_about_both_and_nothing_else(folder):
    found = entries(folder, "samsung+openai")
    assert len(found) >= 5
    for entry in found:
        companies = {term.get("term") for term in entry.iter(f"{ATOM}category")}
        assert {"samsung", "openai"} <= companies
        text = "".join(entry.itertext()).casefold()
        assert any(name in text for name in ("samsung", "삼성", "サムスン"))
        assert any(name in text for name in ("openai", "chatgpt", "오픈ai", "オープンai"))


def test_a_story_that_three_sources_report_stands_once_and_names_the_others(folder):
    holding = [
        {link.get("href").partition("?")[0] for link in entry.findall(f"{ATOM}link")} & JOINT
        for entry in entries(folder, "samsung+openai")
    ]
    assert [links for links in holding if links] == [JOINT]


def test_an_article_written_by_ai_says_so_to_machines_and_to_people(folder):
    said = [
        entry
        for entry in entries(folder, "everything")
        if any(one.get("kind") == "ai-generated" for one in entry.iter("{*}disclosure"))
    ]
    assert len(said) >= 3
    for entry in said:
        assert "<b>AI-generated" in entry.findtext(f"{ATOM}content")


def test_a_second_cycle_parses_nothing_and_touches_no_file(folder):
    before = {path.name: path.stat().st_mtime_ns for path in (folder / "output").iterdir()}
    answer = aggregator("demo", "--once", "--dir", folder)
    assert "10 sources polled, 10 unchanged, 0 failed" in answer.stdout
    assert "0 documents parsed, 0 files written" in answer.stdout
    assert "Nothing changed" in answer.stdout
    assert before == {path.name: path.stat().st_mtime_ns for path in (folder / "output").iterdir()}


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")
def test_the_page_shows_topics_badges_and_source_health_in_a_browser(folder):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 390, "height": 800})
        complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto((folder / "output" / "index.html").as_uri())
        assert page.get_by_role("heading", name="Samsung and OpenAI", exact=True).is_visible()
        assert page.get_by_text("AI-generated").first.is_visible()
        assert page.get_by_text("Meridian Wire (sample)").last.is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("link", name="Samsung and OpenAI", exact=True).first.click()
        page.wait_for_url("**/samsung+openai.html")
        assert page.locator("article").count() == len(entries(folder, "samsung+openai"))
        assert complaints == []
        browser.close()
