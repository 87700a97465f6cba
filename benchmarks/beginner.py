"""The program that most people would write first: what our speed is measured against.

``python -m benchmarks.beginner FOLDER``: FOLDER/urls.json names the feeds. requests one after another
(with ETags), feedparser with its defaults, BeautifulSoup's html.parser, names looked for with ``in``,
every topic written anew each time with feedgen. Nothing in it is slow on purpose.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path

import feedparser
import requests
from bs4 import BeautifulSoup
from feedgen.feed import FeedGenerator

from benchmarks.corpus import COMPANIES

_CUT = ("social-share", "related-posts", "newsletter-signup")


def clean(html: str) -> str:
    """The body without scripts, share bars, widgets, pixels and styles."""
    soup = BeautifulSoup(html, "html.parser")
    for found in soup(["script", "style", "form", "iframe"]):
        found.decompose()
    for name in _CUT:
        for found in soup.find_all(class_=name):
            found.decompose()
    for image in soup.find_all("img", width="1"):
        image.decompose()
    for found in soup.find_all(True):
        del found["style"]
    return str(soup)


def poll(db: sqlite3.Connection, session: requests.Session, url: str) -> None:
    """Fetch one feed and store what is new."""
    row = db.execute("select etag from feeds where url = ?", (url,)).fetchone()
    headers = {"If-None-Match": row[0]} if row and row[0] else {}
    response = session.get(url, headers=headers, timeout=30)
    if response.status_code == 304:
        return
    feed = feedparser.parse(response.content)
    for entry in feed.entries:
        if db.execute("select 1 from entries where id = ?", (entry.id,)).fetchone():
            continue
        html = entry.content[0].value if "content" in entry else entry.get("summary", "")
        html = clean(html)
        text = entry.title + " " + BeautifulSoup(html, "html.parser").get_text()
        published = entry.get("published", "")
        row = (entry.id, entry.link, entry.title, html, text.lower(), published)
        db.execute("insert into entries values (?, ?, ?, ?, ?, ?)", row)
    db.execute("insert or replace into feeds values (?, ?)", (url, response.headers.get("ETag")))
    db.commit()


def publish(db: sqlite3.Connection, folder: Path) -> None:
    """Write every topic."""
    entries = db.execute("select id, link, title, html, text from entries order by rowid desc").fetchall()
    for slug, name in {"everything": "", **COMPANIES}.items():
        feed = FeedGenerator()
        feed.id(f"tag:example.org,2025:{slug}")
        feed.title(slug)
        matching = [entry for entry in entries if name.lower() in entry[4]]
        for key, link, title, html, _ in matching[:100]:
            item = feed.add_entry(order="append")
            item.id(key)
            item.title(title)
            item.link(href=link)
            item.content(html, type="html")
        feed.atom_file(str(folder / f"{slug}.atom"))


def main() -> None:
    """Run one cycle."""
    folder = Path(sys.argv[1])
    urls = json.loads((folder / "urls.json").read_text())
    (folder / "output").mkdir(exist_ok=True)
    db = sqlite3.connect(folder / "beginner.db")
    db.execute("create table if not exists feeds (url primary key, etag)")
    db.execute("create table if not exists entries (id primary key, link, title, html, text, published)")
    session = requests.Session()
    for url in urls:
        poll(db, session, url)
    publish(db, folder / "output")


if __name__ == "__main__":
    main()
