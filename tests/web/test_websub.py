from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta

import pytest
from builders import NOON
from fetch.faults import QUICK, settings
from starlette.applications import Starlette

from aggregator.jobs.websub import Inbox
from aggregator.model import Hub, Mode, RuleData, Setup, Source, Subscription
from aggregator.store import sources, subscriptions
from aggregator.store.base import open_store
from aggregator.web.websub import Callbacks

SOURCE = Source("news", "https://news.example/feed", "News")
ASKED = Subscription(1, Hub("https://hub.example/", SOURCE.url), "t" * 43, "s" * 43, pending=Mode.SUBSCRIBE)
PATH = f"/websub/{ASKED.token}"
QUESTION = f"hub.mode=subscribe&hub.topic={SOURCE.url}&hub.challenge=%3Cb%3E&hub.lease_seconds=9999"


class Callback:
    """The application over a store in which one hub has been asked."""

    def __init__(self) -> None:
        self.store = open_store("sqlite://")
        self.inbox = Inbox(64 * 1024)
        setup = Setup(settings(replace(QUICK, max_bytes=32 * 1024)), (SOURCE,), (), RuleData((), {}, {}, {}))
        with self.store.write() as connection:
            sources.sync(connection, setup.sources, setup.settings, NOON)
            connection.execute(
                subscriptions.subscriptions.insert().values(source_id=1, **subscriptions._values(ASKED))
            )
        callbacks = Callbacks(lambda: setup, self.store, self.inbox, lambda: NOON)
        self.app = Starlette(routes=[callbacks.route()])

    def get(self, query: str, path: str = PATH) -> tuple[int, bytes, dict[str, str]]:
        return asyncio.run(self._ask("GET", path, query, [b""], {}))

    def post(self, *chunks: bytes, path: str = PATH, pause: float = 0, **headers: str) -> int:
        return asyncio.run(self._ask("POST", path, "", list(chunks), headers, pause))[0]

    async def _ask(self, method, path, query, chunks, headers, pause=0.0):
        sent = []

        async def receive():
            await asyncio.sleep(pause)
            body = chunks.pop(0) if chunks else b""
            return {"type": "http.request", "body": body, "more_body": bool(chunks)}

        async def send(message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }
        await self.app(scope, receive, send)
        names = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
        return sent[0]["status"], b"".join(one.get("body", b"") for one in sent[1:]), names

    def held(self) -> list[bytes]:
        return [one.body for one in self.inbox.take(NOON).values()]


@pytest.fixture
def callback():
    made = Callback()
    yield made
    made.store.close()


def signed(body: bytes, secret: str = ASKED.secret) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_a_challenge_is_echoed_once_as_plain_text(callback):
    status, body, headers = callback.get(QUESTION)
    assert (status, body) == (200, b"<b>")
    assert headers["content-type"].startswith("text/plain")
    assert headers["x-content-type-options"] == "nosniff"
    assert callback.get(QUESTION)[0] == 404


@pytest.mark.parametrize(
    "query", ["", "hub.mode=subscribe", QUESTION.replace("feed", "other"), QUESTION.replace("=sub", "=unsub")]
)
def test_what_was_not_asked_for_is_not_confirmed(callback, query):
    assert callback.get(query)[0] == 404
    assert callback.get(QUESTION)[0] == 200


def test_a_callback_that_nobody_was_told_of_is_not_there(callback):
    assert callback.get(QUESTION, "/websub/" + "x" * 43)[0] == 404
    assert callback.post(b"<rss/>", path="/websub/" + "x" * 43, x_hub_signature=signed(b"<rss/>")) == 410


def test_a_push_is_kept_as_sent_and_one_with_another_signature_is_taken_and_dropped(callback):
    body = b"<rss>\xff</rss>"
    assert callback.post(body) == 202
    assert callback.post(body, x_hub_signature=signed(body, "guessed")) == 202
    assert callback.post(body, x_hub_signature=signed(b"other")) == 202
    assert callback.held() == []
    assert callback.post(body[:4], body[4:], x_hub_signature=signed(body)) == 202
    assert callback.held() == [body]


def test_a_packed_push_is_unpacked_within_the_bounds_of_any_body(callback):
    packed = gzip.compress(b"<rss/>")
    assert callback.post(packed, x_hub_signature=signed(packed), content_encoding="gzip") == 202
    assert callback.held() == [b"<rss/>"]
    bomb = gzip.compress(bytes(1 << 20))
    assert callback.post(bomb, x_hub_signature=signed(bomb), content_encoding="gzip") == 202
    assert callback.held() == []


def test_a_push_that_is_too_large_or_too_slow_is_left(callback):
    assert callback.post(*[b"x" * 1024] * 64) == 413
    assert callback.post(*[b"x"] * 20, pause=0.1) == 408
    assert callback.held() == []


def test_what_there_is_no_room_for_is_to_be_sent_again(callback):
    body = b"<rss>" + b"x" * 30_000
    answers = [callback.post(body, x_hub_signature=signed(body)) for _ in range(3)]
    assert answers == [202, 202, 503]
    assert callback.held() == [body]  # one a cycle
    assert callback.post(body, x_hub_signature=signed(body)) == 202


def test_a_source_that_was_left_takes_no_pushes(callback):
    with callback.store.write() as connection:
        subscriptions.leave(connection, [1], NOON + timedelta(hours=1))
    assert callback.post(b"<rss/>", x_hub_signature=signed(b"<rss/>")) == 410
