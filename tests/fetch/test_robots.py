"""Article pages: read only where robots.txt lets us."""

import asyncio

import pytest
from fetch.faults import drip, redirect, response, state

from aggregator.model import Failed, Fetched, Trouble

PAGE = b"<html><body>An article.</body></html>"
FORBIDS = response(body=b"User-agent: *\nDisallow: /private/\n", Content_Type="text/plain")


async def test_a_page_is_read_after_its_sites_robots_txt(server, fetcher):
    server.tell("/robots.txt", FORBIDS)
    result = await fetcher.get_page(server.tell("/news/1", response(body=PAGE)))
    assert isinstance(result, Fetched)
    assert result.document.body == PAGE
    assert [request.target for request in server.requests] == ["/robots.txt", "/news/1"]
    assert server.requests[1].header("Accept").startswith("text/html")


async def test_a_forbidden_page_is_not_requested(server, fetcher):
    server.tell("/robots.txt", FORBIDS)
    result = await fetcher.get_page(server.tell("/private/1", response(body=PAGE)))
    assert isinstance(result, Failed)
    assert result.trouble is Trouble.BLOCKED
    assert "robots.txt" in result.why
    assert [request.target for request in server.requests] == ["/robots.txt"]


async def test_robots_txt_is_asked_once_for_many_pages(server, fetcher):
    server.tell("/robots.txt", FORBIDS)
    url = server.tell("/news/1", response(body=PAGE))
    await asyncio.gather(*(fetcher.get_page(url) for _ in range(5)))
    await fetcher.get_page(url)
    assert [request.target for request in server.requests].count("/robots.txt") == 1


async def test_a_feed_that_the_operator_named_asks_no_robots_txt(server, fetcher):
    server.tell("/robots.txt", response(body=b"User-agent: *\nDisallow: /\n"))
    assert isinstance(await fetcher.fetch(state(server.tell("/feed", response()))), Fetched)
    assert [request.target for request in server.requests] == ["/feed"]


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        pytest.param(response("404 Not Found"), True, id="none there"),
        pytest.param(response("403 Forbidden"), True, id="not for us: as if none were there"),
        pytest.param(response(body=b""), True, id="empty"),
        pytest.param(response("500 Internal Server Error"), False, id="broken"),
        pytest.param(response("429 Too Many Requests"), False, id="refused"),
        pytest.param(drip(FORBIDS, 0.1), False, id="never ends"),
        pytest.param(response(body=b"x" * 600_000), False, id="too large"),
        pytest.param(redirect(301, "/robots.txt"), False, id="redirects to itself"),
        pytest.param(response(body=b"\xff\xfe\x00garbage\x00"), True, id="garbage"),
    ],
)
async def test_what_a_missing_or_broken_robots_txt_means(server, fetcher, robots, allowed):
    server.tell("/robots.txt", robots)
    result = await fetcher.get_page(server.tell("/news/1", response(body=PAGE)))
    assert isinstance(result, Fetched) is allowed


@pytest.mark.parametrize("url", ["ftp://news.example/", "javascript:alert(1)", "http://", "/news/1"])
async def test_only_web_pages_are_read(fetcher, url):
    result = await fetcher.get_page(url)
    assert isinstance(result, Failed)


async def test_a_page_on_a_forbidden_address_is_refused(fetcher):
    result = await fetcher.get_page("http://169.254.169.254/latest/meta-data")
    assert isinstance(result, Failed)
