"""A hub and a daemon: subscribed, told of news within seconds, forged news ignored, unsubscribed."""

from __future__ import annotations

import json
import socket

import pytest
from journeys.hub import ask, hub_server
from journeys.test_daemon import running
from journeys.world import rss, write_config

OLD = ("Nvidia opens a library", "<p>Nvidia opened a library.</p>")
NEWS = ("Samsung and OpenAI open a tea room", "<p>Samsung Electronics and OpenAI opened a tea room.</p>")
FORGED = ("Samsung and OpenAI close everything", "<p>Samsung and OpenAI closed everything.</p>")


def feed(hub, *items: tuple[str, str]) -> bytes:
    """The feed, the newest item last so that each keeps its number."""
    links = f'<link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="{hub.url}/hub"/>'
    links += f'<link xmlns="http://www.w3.org/2005/Atom" rel="self" href="{hub.url}/feed"/>'
    return rss("one", list(items)).replace(b"<channel>", b"<channel>" + links.encode())


@pytest.fixture
def hub():
    with hub_server() as found:
        found.feed = feed(found, OLD)
        yield found


@pytest.fixture
def config(tmp_path, hub):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    path = write_config(tmp_path, [f"{hub.url}/feed"])
    text = path.read_text().replace("http://127.0.0.1:8080/", f"http://127.0.0.1:{port}/")
    path.write_text(text.replace("  port: 0\n", f"  port: {port}\n  websub: on\n"))
    return path


def source(daemon):
    status, body, _ = daemon.get("status.json")
    assert status == 200
    return json.loads(body)["sources"][0]


def test_a_hub_tells_of_news_and_is_asked_no_more_when_the_source_is_gone(hub, config):
    with running(config) as daemon:
        hub.until(lambda hub: hub.confirmed)
        (form,) = hub.forms
        assert form["hub.topic"] == f"{hub.url}/feed"
        assert form["hub.callback"].startswith(daemon.url + "websub/")
        assert form["hub.lease_seconds"] == "864000"
        assert "polled as usual until a push comes" in source(daemon)["websub"]
        assert "news" not in daemon.get("samsung+openai.atom")[1].decode()

        polls = hub.polls
        assert hub.push(feed(hub, OLD, FORGED), secret="guessed") == 202
        assert hub.push(feed(hub, OLD, NEWS)) == 202
        body = daemon.until("samsung+openai.atom", b"tea room")
        assert b"close everything" not in body
        assert hub.polls == polls
        told = source(daemon)
        assert "tells us of news" in told["websub"]
        assert told["entries"] == 2
        for secret in (form["hub.secret"], form["hub.callback"].rpartition("/")[2]):
            assert secret not in json.dumps(told)

        text = config.read_text()
        config.write_text(text.replace(f"{hub.url}/feed", f"{hub.url}/another"))
        hub.until(lambda hub: len(hub.forms) > 1 and "unsubscribe" in [one["hub.mode"] for one in hub.forms])
        hub.until(lambda hub: form["hub.callback"] not in hub.confirmed)
        assert ask(form["hub.callback"], b"late", {})[0] == 410


def test_a_push_that_is_no_feed_harms_nothing(hub, config):
    with running(config) as daemon:
        hub.until(lambda hub: hub.confirmed)
        assert hub.push(b"<html><title>Down for maintenance") == 202
        daemon.wait_for("a push cannot be read")
        told = source(daemon)
        assert (told["state"], told["error"]) == ("ok", None)
        assert hub.push(feed(hub, OLD, NEWS)) == 202
        daemon.until("samsung+openai.atom", b"tea room")


def test_a_hub_that_is_not_wanted_any_more_is_left(hub, config):
    with running(config) as daemon:
        hub.until(lambda hub: hub.confirmed)
        config.write_text(config.read_text().replace("websub: on", "websub: off"))
        hub.until(lambda hub: not hub.confirmed)
        assert [one["hub.mode"] for one in hub.forms] == ["subscribe", "unsubscribe"]
        assert source(daemon)["websub"] is None
