"""What is posted, to hubs alone."""

from __future__ import annotations

import pytest
from fetch.faults import FaultServer, redirect, response, settings

from aggregator.fetch.http import Fetcher
from aggregator.model import Trouble

FORM = {"hub.mode": "subscribe", "hub.topic": "https://news.example/feed?a=1&b=2"}


@pytest.mark.parametrize("status", ["202 Accepted", "204 No Content", "200 OK"])
async def test_a_form_is_posted_and_any_success_is_one(server, fetcher, status):
    url = server.tell("/hub", response(status, b""))
    assert await fetcher.post(url, FORM) is None
    (request,) = server.requests
    assert request.line == "POST /hub HTTP/1.1"
    assert request.header("Content-Type") == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("status", "trouble"),
    [("404 Not Found", Trouble.MISSING), ("500 Oh", Trouble.SERVER), ("304 Not Modified", Trouble.SERVER)],
)
async def test_a_refusal_is_told_in_words(server, fetcher, status, trouble):
    failed = await fetcher.post(server.tell("/hub", response(status, b"")), FORM)
    assert failed.trouble is trouble
    assert failed.why.startswith("127.0.0.1 ")


@pytest.mark.parametrize("status", [307, 308])
async def test_a_redirect_that_keeps_the_method_is_followed(server, fetcher, status):
    server.tell("/new", response("202 Accepted", b""))
    assert await fetcher.post(server.tell("/hub", redirect(status, "/new")), FORM) is None
    assert [one.line.split()[:2] for one in server.requests] == [["POST", "/hub"], ["POST", "/new"]]


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_a_redirect_that_loses_what_was_posted_is_not(server, fetcher, status):
    failed = await fetcher.post(server.tell("/hub", redirect(status, "/new")), FORM)
    assert failed.trouble is Trouble.SERVER
    assert len(server.requests) == 1


async def test_a_hub_on_a_forbidden_address_is_never_asked():
    async with FaultServer() as server, Fetcher(settings(allow=False)) as fetcher:
        failed = await fetcher.post(server.tell("/hub", response("202 Accepted", b"")), FORM)
        assert failed.trouble is Trouble.ADDRESS
        assert server.requests == []
