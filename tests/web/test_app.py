from __future__ import annotations

import gzip
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web.asking import FEED, ask

from aggregator.web import create_app


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/samsung+openai.html", "text/html; charset=utf-8"),
        ("/samsung+openai.atom", "application/atom+xml; charset=utf-8"),
        ("/feeds/samsung+openai.atom", "application/atom+xml; charset=utf-8"),
        ("/samsung+openai.rss", "application/rss+xml; charset=utf-8"),
        ("/samsung+openai.json", "application/feed+json; charset=utf-8"),
        ("/topics.opml", "text/x-opml; charset=utf-8"),
        ("/_health.atom", "application/atom+xml; charset=utf-8"),
    ],
)
def test_what_was_published_is_served_with_its_media_type(output, path, media_type):
    answer = ask(create_app(output), path)
    assert (answer.status, answer.headers["content-type"]) == (200, media_type)


@pytest.mark.parametrize(
    "path",
    [
        "/README.md",
        "/.hidden.atom",
        "/half.atom.tmp",
        "/link.atom",
        "/folder.atom",
        "/outside.atom",
        "/../outside.atom",
        "/feeds/../../outside.atom",
        "/feeds/..%2foutside.atom",
        "/..\\outside.atom",
        "/output/../samsung+openai.atom",
        "//samsung+openai.atom",
        "/samsung+openai.atom/",
        "/samsung+openai.atom\x00",
        "/samsung+openai.atom\n",
        "/feeds/samsung+openai.html",
        "/feeds/",
        "/nothing.atom",
        "/" + "a" * 10_000 + ".atom",
        "/\ud800.atom",
        "",
    ],
)
def test_everything_else_is_not_there_and_nothing_is_repeated(output, path):
    answer = ask(create_app(output), path)
    assert answer.status == 404
    assert answer.body == b"There is nothing here.\n"
    assert answer.headers["content-type"].startswith("text/plain")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(st.characters()),
        st.lists(st.sampled_from([*"./\\%+a", "..", "atom", "feeds", "outside"])).map("".join),
    )
)
def test_no_path_leads_out_of_the_folder(output, path):
    answer = ask(create_app(output), "/" + path)
    assert answer.status in (200, 301, 404)
    assert b"secret" not in answer.body


def test_a_body_comes_plain_or_packed_each_with_its_own_strong_etag(output):
    app = create_app(output)
    plain, packed = ask(app, "/samsung+openai.atom"), ask(app, "/samsung+openai.atom", accept_encoding="gzip")
    assert plain.body == gzip.decompress(packed.body) == FEED
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.headers["etag"] != packed.headers["etag"]
    assert not plain.headers["etag"].startswith("W/")
    assert plain.headers["vary"] == packed.headers["vary"] == "accept-encoding"
    for answer in (plain, packed):
        assert answer.headers["content-length"] == str(len(answer.body))


def test_the_etag_depends_on_the_content_alone(output):
    first = ask(create_app(output), "/samsung+openai.atom").headers["etag"]
    (output / "samsung+openai.atom").write_bytes(FEED)
    os.utime(output / "samsung+openai.atom", (1, 1))
    assert ask(create_app(output), "/samsung+openai.atom").headers["etag"] == first


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_what_the_client_holds_is_not_sent_again(output, encoding):
    app = create_app(output)
    first = ask(app, "/samsung+openai.atom", accept_encoding=encoding)
    again = ask(app, "/samsung+openai.atom", accept_encoding=encoding, if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    for name in ("etag", "last-modified", "cache-control", "vary"):
        assert again.headers[name] == first.headers[name]
    since = ask(app, "/samsung+openai.atom", if_modified_since=first.headers["last-modified"])
    assert since.status == 304


def test_a_head_request_gets_the_headers_of_the_get(output):
    app = create_app(output)
    get, head = ask(app, "/samsung+openai.atom"), ask(app, "/samsung+openai.atom", "HEAD")
    assert (head.status, head.body, head.headers) == (200, b"", get.headers)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "NONSENSE"])
def test_nothing_can_be_changed(output, method):
    answer = ask(create_app(output), "/samsung+openai.atom", method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("folder", ["/", "/feeds/"])
@pytest.mark.parametrize("extension", ["atom", "rss", "json"])
def test_another_order_of_the_members_leads_to_the_configured_one(output, folder, extension):
    answer = ask(create_app(output), f"{folder}openai+samsung.{extension}")
    assert (answer.status, answer.headers["location"]) == (301, f"{folder}samsung+openai.{extension}")


def test_a_redirect_stays_below_the_path_that_a_proxy_serves_us_at(output):
    answer = ask(create_app(output), "/openai+samsung.atom", root_path="/news")
    assert answer.headers["location"] == "/news/samsung+openai.atom"


def test_a_topic_added_later_is_found_in_any_order(output):
    app = create_app(output)
    assert ask(app, "/b+a.atom").status == 404
    (output / "a+b.atom").write_bytes(FEED)
    assert ask(app, "/b+a.atom").headers["location"] == "/a+b.atom"


def test_pages_and_feeds_forbid_scripts_sniffing_and_referrers(output):
    app = create_app(output)
    for path in ("/", "/samsung+openai.atom", "/healthz", "/nothing"):
        headers = ask(app, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    for path in ("/", "/samsung+openai.atom"):
        policy = ask(app, path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy


def test_readers_in_a_browser_may_fetch_feeds_but_not_frame_pages(output):
    app = create_app(output)
    assert ask(app, "/samsung+openai.atom").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in ask(app, "/").headers
    assert "frame-ancestors 'none'" in ask(app, "/").headers["content-security-policy"]


def test_the_server_says_that_it_is_up(output):
    answer = ask(create_app(output), "/healthz")
    assert (answer.status, answer.body) == (200, b"ok\n")


def test_the_status_is_asked_for_anew_each_time(output):
    answers = iter([b'{"n":1}', b'{"n":2}'])
    app = create_app(output, lambda: next(answers))
    first, second = ask(app, "/status.json"), ask(app, "/status.json")
    assert (first.body, second.body) == (b'{"n":1}', b'{"n":2}')
    assert first.headers["content-type"] == "application/json"
    assert first.headers["cache-control"] == "no-store"


def test_without_a_status_there_is_none(output):
    assert ask(create_app(output), "/status.json").status == 404


def test_a_folder_that_is_not_there_yet_serves_nothing(tmp_path):
    app = create_app(tmp_path / "none")
    assert ask(app, "/").status == 404
    assert ask(app, "/a+b.atom").status == 404
