"""What a request says, and what an answer becomes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fetch.faults import FEED, not_modified, response, settings, state

from aggregator import __version__
from aggregator.fetch.http import Fetcher, user_agent
from aggregator.model import Advertised, Failed, Fetched, Trouble, Unchanged, Validators


async def test_a_first_request_says_who_asks_and_what_it_reads_and_nothing_more(server, fetcher):
    url = server.tell("/feed", response())
    result = await fetcher.fetch(state(url))
    assert isinstance(result, Fetched)
    (request,) = server.requests
    assert request.line == "GET /feed HTTP/1.1"
    assert {name for name, _ in request.headers} == {"Host", "User-Agent", "Accept", "Accept-Encoding"}
    agent = f"aggregator/{__version__} (+ops@feeds.example; https://feeds.example/)"
    assert request.header("User-Agent") == agent
    assert request.header("Accept").startswith(
        "application/atom+xml, application/rss+xml, application/feed+json"
    )
    assert request.header("Accept-Encoding") == "gzip, deflate, br, zstd"


async def test_a_body_comes_with_its_url_type_and_validators(server, fetcher):
    url = server.tell("/feed", response(ETag='W/"a b"', Last_Modified="whenever it was"))
    result = await fetcher.fetch(state(url))
    assert isinstance(result, Fetched)
    assert (result.document.url, result.document.body) == (url, FEED)
    assert result.document.content_type == "application/rss+xml"
    assert (result.validators.etag, result.validators.last_modified) == ('W/"a b"', "whenever it was")
    assert result.validators.url == url
    assert result.moved_to is None


@pytest.mark.parametrize("etag", ['"plain"', 'W/"weak"', "unquoted", '"with -gzip"', '""', "'odd\"", '"ü"'])
async def test_validators_are_echoed_byte_for_byte(server, fetcher, etag):
    url = server.tell("/feed", response(ETag=etag, Last_Modified="Sat, 1 Jan 2000"), not_modified())
    if not etag.isascii():
        url = server.tell("/feed", response(ETag=etag).decode("latin-1").encode(), not_modified())
    first = await fetcher.fetch(state(url))
    second = await fetcher.fetch(state(url, first.validators))
    assert isinstance(second, Unchanged)
    assert not second.full
    sent = server.requests[1].header("If-None-Match").encode("latin-1").decode()
    assert sent == etag
    assert second.validators == first.validators


async def test_both_validators_are_sent_and_only_those_that_came(server, fetcher):
    url = server.tell("/feed", response(Last_Modified="Tue, 04 Feb 2025 08:00:00 GMT"), not_modified())
    first = await fetcher.fetch(state(url))
    await fetcher.fetch(state(url, first.validators))
    await fetcher.fetch(state(url, replace(first.validators, etag='"x"')))
    assert server.requests[1].header("If-None-Match") is None
    assert server.requests[1].header("If-Modified-Since") == "Tue, 04 Feb 2025 08:00:00 GMT"
    assert server.requests[2].header("If-None-Match") == '"x"'
    assert server.requests[2].header("If-Modified-Since") == "Tue, 04 Feb 2025 08:00:00 GMT"


async def test_validators_are_never_sent_to_another_url(server, fetcher):
    url = server.tell("/new", response())
    await fetcher.fetch(state(url, Validators('"old"', "then", b"", server.url("/old"))))
    assert server.requests[0].header("If-None-Match") is None
    assert server.requests[0].header("If-Modified-Since") is None


async def test_a_304_brings_fresh_validators_and_hints(server, fetcher):
    fresh = not_modified(ETag='"two"', Cache_Control="max-age=7200")
    url = server.tell("/feed", response(ETag='"one"', Last_Modified="then"), fresh)
    first = await fetcher.fetch(state(url))
    second = await fetcher.fetch(state(url, first.validators))
    assert isinstance(second, Unchanged)
    assert second.validators == replace(first.validators, etag='"two"')
    assert second.hints.max_age == timedelta(hours=2)


async def test_an_equal_body_under_a_new_etag_is_unchanged(server, fetcher):
    url = server.tell("/feed", response(ETag='"one"'), response(ETag='"two"', Cache_Control="max-age=60"))
    first = await fetcher.fetch(state(url))
    second = await fetcher.fetch(state(url, first.validators))
    assert isinstance(second, Unchanged)
    assert second.full
    assert second.validators == replace(first.validators, etag='"two"')
    assert second.hints.max_age == timedelta(minutes=1)


async def test_a_304_that_nobody_asked_for_is_a_failure(server, fetcher):
    result = await fetcher.fetch(state(server.tell("/feed", not_modified())))
    assert isinstance(result, Failed)
    assert (result.trouble, result.status) == (Trouble.SERVER, 304)


async def test_a_suspicious_source_is_asked_for_the_whole_body(server, fetcher):
    url = server.tell("/feed", response(ETag='"one"'))
    now = datetime.now(UTC)
    newest = tuple(now - timedelta(days=40, hours=hours) for hours in range(5))
    first = await fetcher.fetch(state(url))
    doubted = state(
        url, first.validators, newest_entries=newest, last_full=now - timedelta(days=39, hours=20)
    )
    second = await fetcher.fetch(doubted)
    assert server.requests[1].header("If-None-Match") is None
    assert isinstance(second, Unchanged)
    assert second.full


async def test_cookies_are_neither_kept_nor_sent(server, fetcher):
    url = server.tell("/feed", response(Set_Cookie="who=you; Path=/"))
    await fetcher.fetch(state(url))
    await fetcher.fetch(state(url))
    assert [request.header("Cookie") for request in server.requests] == [None, None]
    assert [request.header("Referer") for request in server.requests] == [None, None]


async def test_a_url_is_sent_as_it_was_written(server, fetcher):
    server.tell("/a%2Fb", response())
    await fetcher.fetch(state(server.url("/a%2Fb?q=%2F%20+&x=a|b".replace("|", "%7c"))))
    assert server.requests[0].target == "/a%2Fb?q=%2F%20+&x=a%7cb"


async def test_credentials_go_to_their_host_and_stay_out_of_every_word(server, fetcher):
    url = server.tell("/feed", response("403 Forbidden")).replace("http://", "http://ann:s3cret@")
    result = await fetcher.fetch(state(url))
    assert server.requests[0].header("Authorization") == "Basic YW5uOnMzY3JldA=="
    assert isinstance(result, Failed)
    assert "s3cret" not in repr(result)
    assert "ann" not in result.why
    server.tell("/feed", response())
    fetched = await fetcher.fetch(state(url))
    assert "s3cret" not in repr(fetched)


async def test_connections_are_used_again(server, fetcher):
    peers = []

    async def answer(writer):
        peers.append(writer.get_extra_info("peername"))
        writer.write(response())

    url = server.tell("/feed", answer)
    for _ in range(3):
        assert isinstance(await fetcher.fetch(state(url)), Fetched)
    assert len(peers) == 3
    assert len(set(peers)) == 1


@pytest.mark.parametrize(
    ("status", "trouble", "words"),
    [
        ("410 Gone", Trouble.GONE, "gone for good"),
        ("404 Not Found", Trouble.MISSING, "nothing at this address"),
        ("429 Too Many Requests", Trouble.REFUSED, "too often"),
        ("503 Service Unavailable", Trouble.REFUSED, "not available"),
        ("401 Unauthorized", Trouble.BLOCKED, "user name and password"),
        ("403 Forbidden", Trouble.BLOCKED, "forbids"),
        ("500 Oh dear", Trouble.SERVER, "500 Internal Server Error"),
        ("204 No Content", Trouble.SERVER, "204 No Content"),
        ("206 Partial Content", Trouble.SERVER, "206"),
        ("300 Multiple Choices", Trouble.SERVER, "300"),
        ("301 Without Location", Trouble.SERVER, "301"),
        ("999 <script>", Trouble.SERVER, "no known status"),
    ],
)
async def test_a_status_becomes_a_kind_of_trouble_in_our_own_words(server, fetcher, status, trouble, words):
    body = b"" if status.startswith("204") else b"<p>secret words of the server</p>"
    result = await fetcher.fetch(state(server.tell("/feed", response(status, body))))
    assert isinstance(result, Failed)
    assert (result.trouble, result.status) == (trouble, int(status[:3]))
    assert words in result.why
    assert "script" not in result.why
    assert "secret" not in result.why
    assert len(server.requests) == 1


async def test_retry_after_is_kept_with_a_refusal(server, fetcher):
    url = server.tell("/feed", response("503 Service Unavailable", Retry_After="120"))
    before = datetime.now(UTC)
    result = await fetcher.fetch(state(url))
    assert isinstance(result, Failed)
    assert result.hints.retry_at - before >= timedelta(seconds=120)
    assert result.hints.retry_at - before < timedelta(seconds=125)


async def test_a_known_blocker_is_named(server, fetcher):
    url = server.tell("/feed", response("403 Forbidden", Server="cloudflare", CF_RAY="8f-ICN"))
    result = await fetcher.fetch(state(url))
    assert isinstance(result, Failed)
    assert "Cloudflare" in result.why


async def test_an_empty_body_is_no_success(server, fetcher):
    result = await fetcher.fetch(state(server.tell("/feed", response(body=b""))))
    assert isinstance(result, Failed)
    assert "empty" in result.why


@pytest.mark.parametrize(
    ("contact", "base_url", "comment"),
    [
        ("ops@a.example", "http://localhost:8080/", "(+ops@a.example)"),
        ("https://a.example/bot", "https://a.example/", "(+https://a.example/bot; https://a.example/)"),
        ("evil)\r\nX-Injected: (1", "http://127.0.0.1/", "(+evilX-Injected:1)"),
    ],
)
def test_the_user_agent_names_a_contact(contact, base_url, comment):
    assert user_agent(contact, base_url) == f"aggregator/{__version__} {comment}"


async def test_a_proxy_that_the_operator_names_gets_the_requests(server):
    server.tell("http://news.example/feed", response())
    async with Fetcher(settings(allow=False, proxy=server.url(""))) as fetcher:
        result = await fetcher.fetch(state("http://news.example/feed"))
        literal = await fetcher.fetch(state("http://127.0.0.1/feed"))
    assert isinstance(result, Fetched)
    assert [request.line for request in server.requests] == ["GET http://news.example/feed HTTP/1.1"]
    assert isinstance(literal, Failed)
    assert literal.trouble is Trouble.ADDRESS


async def test_a_proxy_in_the_environment_is_not_used(server, fetcher, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert isinstance(await fetcher.fetch(state(server.tell("/feed", response()))), Fetched)


async def test_a_hub_in_the_headers_comes_with_the_body(server, fetcher):
    links = '</hub>; rel="hub", <https://news.example/feed>; rel="self"'
    result = await fetcher.fetch(state(server.tell("/feed", response(Link=links))))
    assert result.advertised == Advertised(server.url("/hub"), "https://news.example/feed")


async def test_a_304_may_tell_the_length_of_what_it_does_not_send(server, fetcher):
    known = Validators(etag='"1"', url=server.url("/feed"))
    server.tell("/feed", not_modified(Content_Length="5000", ETag='"1"'))
    for _ in range(2):
        assert isinstance(await fetcher.fetch(state(server.url("/feed"), known)), Unchanged)


async def test_an_answer_that_a_proxy_has_changed_is_an_answer(server, fetcher):
    url = server.tell("/feed", response("203 Non-Authoritative Information"))
    assert isinstance(await fetcher.fetch(state(url)), Fetched)
