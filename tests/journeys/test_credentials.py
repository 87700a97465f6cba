"""What is secret in a source's URL reaches its server and nothing else."""

from __future__ import annotations

import pytest
from journeys.world import Feeds, aggregator, feed_server, rss, write_config

ITEMS = [("Samsung and OpenAI open a tea room", "<p>Samsung and OpenAI opened <a href='/tea'>one</a>.</p>")]
SECRETS = ("bob", "hunter2", "c0ffee")


@pytest.fixture
def feeds():
    with feed_server() as found:
        yield found


def with_secrets(feeds: Feeds, path: str) -> str:
    return feeds.url.replace("//", "//bob:hunter2@") + path + "?page=1&access_token=c0ffee"


def test_no_command_and_no_file_tells_a_source_s_secrets(feeds, tmp_path):
    # Without a link of its own, so that the source's URL is all there is to stand on.
    body = rss("one", ITEMS).replace(b"<link>https://one.example/</link>", b"")
    feeds.documents["/one.xml?page=1&access_token=c0ffee"] = body
    good, bad = with_secrets(feeds, "/one.xml"), with_secrets(feeds, "/gone.xml")
    config = write_config(tmp_path, [good, bad])
    told = []
    for command in (
        ("check",),
        ("poll", "--verbose"),
        ("poll", "--json"),
        ("status",),
        ("status", "--json"),
        ("try", good),
        ("explain", "1"),
    ):
        done = aggregator(*command, "--config", config)
        assert done.returncode == 0, done.stderr
        told.append(done.stdout + done.stderr)
    refused = aggregator("try", with_secrets(feeds, "/nothing.xml"), "--config", config)
    assert refused.returncode == 1
    told.append(refused.stdout + refused.stderr)
    told += [path.read_text(encoding="utf-8") for path in (tmp_path / "output").iterdir()]
    assert any("one.xml?page=1" in text for text in told)
    for secret in SECRETS:
        assert [text for text in told if secret in text] == []
    assert ("/one.xml?page=1&access_token=c0ffee", None) in feeds.requests
