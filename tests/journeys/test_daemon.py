"""The daemon as a user runs it: served, reloaded, ended by a signal."""

from __future__ import annotations

import queue
import re
import signal
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from email.message import Message
from pathlib import Path

import pytest
from journeys.world import aggregator, feed_server, rss, start, write_config

JOINT = ("Samsung and OpenAI open a tea room", "<p>Samsung Electronics and OpenAI opened a tea room.</p>")
PATIENCE = 30


class Running:
    """A daemon with its log lines as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.url = self.wait_for("Serving ").split()[-1]

    def _read(self) -> None:
        for line in self.process.stderr:
            self.lines.put(line)

    def wait_for(self, text: str) -> str:
        seen = []
        while True:
            try:
                seen.append(self.lines.get(timeout=PATIENCE))
            except queue.Empty:
                raise AssertionError(f"{text!r} was not logged, but: {''.join(seen)}") from None
            if text in seen[-1]:
                return seen[-1]

    def get(self, name: str, **headers: str) -> tuple[int, bytes, Message]:
        request = urllib.request.Request(self.url + name, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, b"", error.headers

    def until(self, name: str, words: bytes) -> bytes:
        ended = time.monotonic() + PATIENCE
        while time.monotonic() < ended:
            status, body, _ = self.get(name)
            if status == 200 and words in body:
                return body
            time.sleep(0.2)
        raise AssertionError(f"{name} never held {words!r}")


@contextmanager
def running(config):
    process = start("run", "--config", config, cwd=config.parent)
    try:
        yield Running(process)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


@pytest.fixture
def config(tmp_path):
    with feed_server() as feeds:
        feeds.documents["/one.xml"] = rss("one", [JOINT])
        yield write_config(tmp_path, [f"{feeds.url}/one.xml"])


def test_the_daemon_serves_what_it_publishes_and_ends_on_sigterm(config):
    with running(config) as daemon:
        daemon.until("samsung+openai.atom", b"tea room")
        status, _, headers = daemon.get("samsung+openai.atom")
        assert status == 200
        assert headers["Content-Type"].startswith("application/atom+xml")
        again, _, _ = daemon.get("samsung+openai.atom", **{"If-None-Match": headers["ETag"]})
        assert again == 304
        assert b"Samsung and OpenAI" in daemon.until("", b"</html>")
        began = time.monotonic()
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(timeout=10) == 0
        assert time.monotonic() - began < 5


def test_a_changed_configuration_takes_effect_and_a_mistaken_one_does_not(config):
    with running(config) as daemon:
        daemon.until("samsung+openai.atom", b"tea room")
        good = config.read_text()
        config.write_text(good + "  - {slug: tea, title: Tea, match: samsng}\n")
        assert "feeds.yaml:" in daemon.wait_for("unknown company 'samsng'")
        daemon.wait_for("stays in force")
        assert daemon.get("samsung+openai.atom")[0] == 200
        config.write_text(good + "  - {slug: tea, title: Tea for all, match: samsung}\n")
        daemon.process.send_signal(signal.SIGHUP)
        assert b"Tea for all" in daemon.until("tea.atom", b"tea room")


def settled(daemon: Running, output: Path, name: str, words: bytes) -> dict[str, int]:
    """The files' times once one of them holds the words and a cycle is over."""
    daemon.until(name, words)
    daemon.wait_for("files=")
    return {path.name: path.stat().st_mtime_ns for path in output.iterdir()}


def rewritten(before: dict[str, int], after: dict[str, int]) -> set[str]:
    """The topics of which a file was touched, and what lists them all."""
    assert before.keys() == after.keys()
    return {name.partition(".")[0] for name in before if before[name] != after[name]}


NEWS = [
    ("Brightloom weaves a carpet of light", "<p>Brightloom showed it in Suwon on Monday, to applause.</p>"),
    ("Samsung opens a bakery", "<p>Samsung Electronics said that the buns were round.</p>"),
    ("Nokia repairs a clock tower", "<p>Nokia said that the bells were on time again.</p>"),
    JOINT,
]
CATALOGUE = "companies:\n  - {slug: acme, name: Acme Weavers}\n"
TOPICS = (
    "  - {slug: acme, title: Acme, match: acme}\n"
    "  - {slug: samsung, title: Samsung, match: samsung}\n"
    "  - {slug: clocks, title: Clocks, match: nokia OR seiko}\n"
)


def test_what_the_user_changes_of_the_companies_re_tags_what_is_stored_and_rewrites_only_its_topics(tmp_path):
    with feed_server() as feeds:
        feeds.documents["/one.xml"] = rss("one", NEWS)
        config = write_config(tmp_path, [f"{feeds.url}/one.xml"], extra=TOPICS + CATALOGUE)
        text = config.read_text()
        with running(config) as daemon:
            first = settled(daemon, tmp_path / "output", "everything.atom", b"bakery")
            assert b"<entry>" not in daemon.get("acme.atom")[1]

            text = text.replace("Acme Weavers}", "Acme Weavers, aliases: [Brightloom]}")
            config.write_text(text)
            second = settled(daemon, tmp_path / "output", "acme.atom", b"carpet of light")
            assert rewritten(first, second) == {"acme", "everything", "index"}

            text = text.replace(
                CATALOGUE[:11],
                CATALOGUE[:11] + "  - {slug: nokia, replace: true, name: Nokia, words: [Nokia], doubt: 5}\n",
            )
            config.write_text(text)
            daemon.wait_for("derived again")
            third = settled(daemon, tmp_path / "output", "everything.atom", b"bakery")
            assert rewritten(second, third) == {"clocks", "everything", "index"}
            assert b"<entry>" not in daemon.get("clocks.atom")[1]

            config.write_text(
                text.replace(CATALOGUE[:11], CATALOGUE[:11] + "  - {slug: openai, off: true}\n")
            )
            daemon.wait_for("company 'openai' is switched off")
            daemon.wait_for("stays in force")
            text = text.replace("match: samsung AND openai", "match: samsung AND seiko")
            config.write_text(
                text.replace(CATALOGUE[:11], CATALOGUE[:11] + "  - {slug: openai, off: true}\n")
            )
            daemon.wait_for("derived again")
            fourth = settled(daemon, tmp_path / "output", "everything.atom", b"bakery")
            assert rewritten(third, fourth) == {"samsung+openai", "samsung", "everything", "index"}
            assert b"OpenAI</d:company>" not in daemon.get("everything.atom")[1]
        assert len(feeds.requests) == 1  # nothing of this asked a publisher again


def test_after_a_long_stop_what_is_overdue_is_asked_one_after_another(tmp_path):
    count = 100
    with feed_server() as feeds:
        paths = [f"/{number}.xml" for number in range(count)]
        feeds.documents.update({path: rss(path[1:-4], [JOINT]) for path in paths})
        config = write_config(tmp_path, [feeds.url + path for path in paths])
        assert aggregator("poll", "--config", config).returncode == 0
        with sqlite3.connect(tmp_path / "test.db") as database:
            days = 3 * 24 * 3600 * 10**6
            database.execute(
                "UPDATE sources SET polled_at = polled_at - ?, next_poll = next_poll - ?", [days] * 2
            )
        with running(config) as daemon:
            polled = [0]
            while sum(polled) < count:
                polled.append(int(re.search(r"polled=(\d+)", daemon.wait_for("cycle polled"))[1]))
    assert max(polled) < 0.8 * count
    assert sum(polled) == count
