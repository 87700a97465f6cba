from __future__ import annotations

import gzip
import json
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest

from aggregator import demo
from aggregator.config import load_setup
from aggregator.demo import SAMPLES, SampleServer, fill

NOON = datetime(2026, 2, 4, 12, tzinfo=UTC)
FEEDS = sorted(path for path in SAMPLES.iterdir() if path.suffix in demo.MEDIA_TYPES)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SampleServer]:
    with SampleServer(tmp_path) as running:
        yield running


def get(url: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    connection.request(
        "GET", parts.path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def entries(path: Path, news_at: datetime | None = None) -> list[dict[str, str]]:
    """Title, link and date of each entry of a sample, as plain as they come."""
    text = fill(path.read_text("utf-8"), NOON, news_at)
    if path.suffix == ".json":
        return [
            {
                "title": one["title"],
                "link": one["url"],
                "date": one["date_published"],
                "body": one["content_html"],
            }
            for one in json.loads(text)["items"]
        ]
    feed = feedparser.parse(text.encode(), sanitize_html=False)
    assert not feed.bozo, feed.bozo_exception
    return [
        {
            "title": one.title,
            "link": one.link,
            "date": one.get("published") or one.updated,
            "body": one.content[0].value if "content" in one else one.summary,
        }
        for one in feed.entries
    ]


def test_there_are_enough_samples_of_every_format():
    assert len(FEEDS) >= 7
    assert sum(len(entries(path)) for path in FEEDS) >= 65
    heads = [path.read_text("utf-8")[:400] for path in FEEDS]
    for sign in ("<rss version=", "<feed xmlns=", "<rdf:RDF", "https://jsonfeed.org/version/1.1"):
        assert any(sign in head for head in heads)


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_a_sample_is_recent_marked_as_one_and_leads_nowhere_real(path):
    text = fill(path.read_text("utf-8"), NOON, NOON)
    assert "Sample text, invented" in text
    assert re.search(r"\((sample|샘플|サンプル|範例|Beispiel)\)", text)
    assert "{{" not in text
    found = entries(path, NOON)
    assert len({one["link"] for one in found}) == len(found)
    for one in found:
        assert (urlsplit(one["link"]).hostname or "").endswith(".example")
        date = one["date"]
        at = datetime.fromisoformat(date) if date[:2] == "20" else parsedate_to_datetime(date)
        assert NOON - timedelta(days=3) < at <= NOON


def test_the_agency_text_is_carried_by_another_paper_with_small_edits():
    wire = next(e for e in entries(SAMPLES / "meridian-wire.atom") if "quiet-data" in e["link"])
    copy = next(e for e in entries(SAMPLES / "market-ledger.rss") if "samsung-openai-lab" in e["link"])
    sentences = re.split(r"(?<=[.”\"]) ", re.sub(r"<[^>]+>", " ", wire["body"]))
    same = [one for one in sentences if one.strip() in re.sub(r"<[^>]+>", " ", copy["body"])]
    assert len(same) / len(sentences) >= 0.8
    assert wire["body"] != copy["body"]


@pytest.mark.parametrize(
    ("stamp", "written"),
    [
        ("{{rfc822 5h}}", "Wed, 04 Feb 2026 07:00:00 +0000"),
        ("{{rfc822 4h30m +0900}}", "Wed, 04 Feb 2026 16:30:00 +0900"),
        ("{{rfc3339 15m -0500}}", "2026-02-04T06:45:00-05:00"),
        ("{{et 3h}}", "Wednesday, Feb 4, 2026 4:00 am ET"),
    ],
)
def test_a_stamp_becomes_an_instant_before_the_start(stamp, written):
    assert fill(stamp, NOON, None) == written


def test_the_late_item_counts_from_its_own_instant_and_is_absent_before():
    text = "a\n{{news}}\n<b>{{rfc3339 0m}}</b>\n{{/news}}\nc"
    assert fill(text, NOON, None) == "a\nc"
    assert fill(text, NOON, NOON + timedelta(minutes=2)) == "a\n<b>2026-02-04T12:02:00+00:00</b>\nc"


def test_the_server_answers_as_a_good_publisher_does(server):
    response, body = get(server.urls[0])
    etag, modified = response.headers["ETag"], response.headers["Last-Modified"]
    assert (response.status, response.headers["Content-Type"]) == (200, "application/rss+xml")
    assert get(server.urls[0], If_None_Match=etag)[0].status == 304
    assert get(server.urls[0], If_Modified_Since=modified)[0].status == 304
    assert get(server.urls[0], If_None_Match='"other"', If_Modified_Since=modified)[0].status == 200
    packed, packed_body = get(server.urls[0], Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed_body) == body
    assert get(server.url + "/../demo.yaml")[0].status == 404


def test_a_declared_charset_is_the_one_that_is_sent(server):
    body = get(server.url + "/elbe-technik.rss")[1]
    assert "Geläuts" in body.decode("windows-1252")
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")


def test_a_second_server_in_the_same_folder_serves_the_same_bytes_at_the_same_urls(tmp_path):
    seen = []
    for _ in range(2):
        with SampleServer(tmp_path) as running:
            seen.append([(url, get(url)[1]) for url in running.urls])
    assert seen[0] == seen[1]


def test_another_port_is_taken_where_the_usual_one_is_busy(tmp_path):
    with SampleServer(tmp_path) as first, SampleServer(tmp_path) as second:
        assert first.url != second.url
        assert get(second.urls[0])[0].status == 200


def test_a_live_server_publishes_one_item_more_after_a_minute_and_keeps_it(tmp_path, monkeypatch):
    with SampleServer(tmp_path, live=True) as running:
        url = running.url + "/daily-circuit.rss"
        before, body = get(url)
        monkeypatch.setattr(demo, "NEWS_AFTER", timedelta(0))
        after, more = get(url, If_None_Match=before.headers["ETag"])
    assert after.status == 200
    assert more.count(b"<item>") == body.count(b"<item>") + 1
    with SampleServer(tmp_path) as later:
        assert get(later.url + "/daily-circuit.rss")[1] == more


def test_an_unreadable_state_is_begun_anew(tmp_path):
    (tmp_path / "demo-state.json").write_text("{")
    with SampleServer(tmp_path) as running:
        assert get(running.urls[0])[0].status == 200


def test_a_demo_folder_keeps_the_users_changes_when_ports_move(tmp_path):
    with demo.prepare(tmp_path, 9001) as site:
        path = site.config
        assert path.read_text("utf-8").count(f"{site.server.url}/") == len(FEEDS)
        path.write_text(path.read_text("utf-8") + "# mine\n", "utf-8")
        stamp = path.stat().st_mtime_ns
        demo.demo_config(tmp_path, site.server.url, 9001)
        assert path.stat().st_mtime_ns == stamp
    demo.demo_config(tmp_path, "http://127.0.0.1:4711", 9002)
    setup = load_setup(path)
    assert path.read_text("utf-8").endswith("# mine\n")
    assert (setup.settings.base_url, setup.settings.port) == ("http://localhost:9002/", 9002)
    assert {source.url.rpartition("/")[0] for source in setup.sources} == {"http://127.0.0.1:4711"}
    assert "samsung+openai" in {topic.slug for topic in setup.topics}


def test_a_busy_page_port_is_passed_over():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        wanted = busy.getsockname()[1]
        assert demo.free_port(wanted) != wanted
