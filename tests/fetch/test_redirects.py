"""Where redirects may lead, and what goes along."""

import asyncio

import pytest
from fetch.faults import FaultServer, redirect, response, settings, state
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from aggregator.fetch import chain
from aggregator.fetch.http import Fetcher
from aggregator.model import Failed, Fetched, FetchLimits, FetchResult, Trouble, Unchanged, Validators


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_every_kind_of_redirect_is_followed_by_a_get(server, fetcher, status):
    server.tell("/new", response())
    result = await fetcher.fetch(state(server.tell("/old", redirect(status, "/new"))))
    assert isinstance(result, Fetched)
    assert result.document.url == server.url("/new")
    assert [request.line for request in server.requests] == ["GET /old HTTP/1.1", "GET /new HTTP/1.1"]


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ((301,), True),
        ((308,), True),
        ((301, 308), True),
        ((302,), False),
        ((301, 302), False),
        ((307, 301), False),
    ],
)
async def test_only_an_unbroken_chain_of_permanent_redirects_is_a_move(server, fetcher, statuses, moved):
    for step, status in enumerate(statuses):
        server.tell(f"/{step}", redirect(status, f"/{step + 1}"))
    server.tell(f"/{len(statuses)}", response())
    result = await fetcher.fetch(state(server.url("/0")))
    assert isinstance(result, Fetched)
    assert result.moved_to == (server.url(f"/{len(statuses)}") if moved else None)


async def test_a_circle_is_named(server, fetcher):
    server.tell("/b", redirect(302, "/a"))
    result = await fetcher.fetch(state(server.tell("/a", redirect(302, "/b"))))
    assert isinstance(result, Failed)
    assert "circle" in result.why
    assert len(server.requests) == 2


async def test_too_many_redirects_end(server):
    for step in range(10):
        server.tell(f"/{step}", redirect(302, f"/{step + 1}"))
    async with Fetcher(settings(FetchLimits(max_redirects=3))) as fetcher:
        result = await fetcher.fetch(state(server.url("/0")))
    assert isinstance(result, Failed)
    assert result.trouble is Trouble.BOUND
    assert "more than 3 redirects" in result.why
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("ftp://news.example/feed", "only http and https"),
        ("gopher://127.0.0.1/", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("data:text/xml,<rss/>", "only http and https"),
        ("http://[::1", "no address"),
        ("http://news.example:99999/", "no address"),
        ("http://news.example][@//", "no address"),
        ("http://news.example]\\@127.0.0.1/", "no address"),
        ("http://169.254.169.254/latest/meta-data", "cloud metadata"),
        ("http://[::ffff:169.254.169.254]/", "cloud metadata"),
        ("//224.0.0.1/", "multicast"),
    ],
)
async def test_a_redirect_leads_nowhere_forbidden(server, fetcher, location, words):
    result = await fetcher.fetch(state(server.tell("/feed", redirect(301, location))))
    assert isinstance(result, Failed)
    assert words in result.why
    assert len(server.requests) == 1


# Whatever a URL comes to, nothing is sent to it: the proxy is a port of this machine that is closed.
CLOSED = "http://127.0.0.1:1"
_PARTS = (
    *("http://", "https://", "http:", "//", "/", "?", "#", "@", ":", "[", "]", "%", "%25", "%00", "\\", "."),
    *("xn--", "xn--a", "xn--zz-", "news.example", "localhost", "-", "_", "a" * 64, "v1.", "fe80::1%eth0"),
    *(
        "é",
        "日本",
        "İ",
        "ß",
        "。",
        "①",
        "\u200b",
        "\u202e",
        "\ud800",
        "\0",
        " ",
        "0x7f",
        "65536",
        "user",
        "|",
        "{",
    ),
)


@given(
    parts=st.lists(st.sampled_from(_PARTS), max_size=8), scheme=st.sampled_from(["http://", "file://", ""])
)
def test_no_url_and_no_redirect_raises_anything(parts, scheme):
    url = scheme + "".join(parts)

    async def ask() -> FetchResult:
        async with Fetcher(settings(allow=False, proxy=CLOSED)) as fetcher:
            return await fetcher.fetch(state(url))

    assert isinstance(asyncio.run(ask()), Failed)
    trail = chain.Trail(URL("http://news.example/"), {})
    failed = chain.step(trail, chain.Redirect(302, url), 10)
    assert isinstance(trail.host, str)
    assert failed is None or failed.trouble is Trouble.SERVER


async def test_a_redirect_to_loopback_is_refused_before_anything_is_sent(server):
    # The proxy stands for the internet: it answers for a public name and redirects inwards.
    async with FaultServer() as proxy:
        proxy.tell("http://news.example/feed", redirect(302, server.tell("/secret", response())))
        async with Fetcher(settings(allow=False, proxy=proxy.url(""))) as fetcher:
            result = await fetcher.fetch(state("http://news.example/feed"))
    assert isinstance(result, Failed)
    assert result.trouble is Trouble.ADDRESS
    assert server.requests == []


async def test_credentials_and_validators_stay_with_the_server_they_belong_to(server, fetcher):
    async with FaultServer() as other:
        other.tell("/feed", response())
        url = server.tell("/feed", redirect(302, other.url("/feed")))
        known = Validators('"mine"', "then", b"", url)
        await fetcher.fetch(state(url.replace("http://", "http://ann:s3cret@"), known))
        assert server.requests[0].header("Authorization") is not None
        assert server.requests[0].header("If-None-Match") == '"mine"'
        assert other.requests[0].header("Authorization") is None
        assert other.requests[0].header("If-None-Match") is None
        assert other.requests[0].header("Referer") is None


async def test_credentials_follow_a_redirect_on_the_same_server(server, fetcher):
    server.tell("/new", response())
    url = server.tell("/old", redirect(301, "/new")).replace("http://", "http://ann:s3cret@")
    result = await fetcher.fetch(state(url))
    assert isinstance(result, Fetched)
    assert server.requests[1].header("Authorization") == server.requests[0].header("Authorization")
    assert result.moved_to == server.url("/new")


async def test_credentials_in_a_redirect_are_not_used(server, fetcher):
    server.tell("/new", response())
    target = server.url("/new").replace("http://", "http://them:theirs@")
    result = await fetcher.fetch(state(server.tell("/old", redirect(301, target))))
    assert server.requests[1].header("Authorization") is None
    assert isinstance(result, Fetched)
    assert result.document.url == server.url("/new")


async def test_validators_of_a_redirects_target_are_sent_to_the_target(server, fetcher):
    url = server.tell("/old", redirect(302, "/new"))
    server.tell("/new", response(ETag='"v"'), b"HTTP/1.1 304 Not Modified\r\n\r\n")
    first = await fetcher.fetch(state(url))
    second = await fetcher.fetch(state(url, first.validators))
    assert isinstance(second, Unchanged)
    sent = [(request.target, request.header("If-None-Match")) for request in server.requests]
    assert sent == [("/old", None), ("/new", None), ("/old", None), ("/new", '"v"')]


async def test_the_total_time_counts_over_all_redirects(server):
    async def slowly(writer):
        import asyncio

        await asyncio.sleep(0.2)
        writer.write(redirect(302, f"/{len(server.requests)}"))

    for step in range(20):
        server.tell(f"/{step}", slowly)
    limits = FetchLimits(total_seconds=0.5, max_redirects=20)
    async with Fetcher(settings(limits)) as fetcher:
        result = await fetcher.fetch(state(server.url("/0")))
    assert isinstance(result, Failed)
    assert result.trouble is Trouble.TIMEOUT
    assert len(server.requests) == 3
