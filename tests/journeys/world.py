"""A small world for journeys: a loopback server of feeds, a feeds.yaml, and the real command."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SECONDS = 60  # no command of a journey may take longer


class Feeds:
    """A server whose documents a test may change; it counts what it was asked."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.requests: list[tuple[str, str | None]] = []  # path, If-None-Match
        self.url = ""

    def answer(self, path: str, condition: str | None) -> tuple[int, bytes, str]:
        self.requests.append((path, condition))
        body = self.documents.get(path)
        if body is None:
            return 404, b"no such feed", ""
        etag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
        return (304, b"", etag) if condition == etag else (200, body, etag)


@contextmanager
def feed_server() -> Iterator[Feeds]:
    """Serve feeds on a loopback port until the block ends."""
    feeds = Feeds()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, body, etag = feeds.answer(self.path, self.headers["If-None-Match"])
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
            if etag:
                self.send_header("ETag", etag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    feeds.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield feeds
    finally:
        server.shutdown()
        server.server_close()


def rss(name: str, items: list[tuple[str, str]]) -> bytes:
    """An RSS document of (title, HTML body) items, the first the newest."""
    parts = [
        f"<item><guid isPermaLink='false'>{name}-{number}</guid><title>{title}</title>"
        f"<link>https://{name}.example/{number}</link>"
        f"<pubDate>Tue, 04 Feb 2025 08:{number % 60:02d}:00 GMT</pubDate>"
        f"<description><![CDATA[{body}]]></description></item>"
        for number, (title, body) in enumerate(items)
    ]
    head = f"<title>{name} (sample)</title><link>https://{name}.example/</link><description>-</description>"
    return f"<?xml version='1.0'?><rss version='2.0'><channel>{head}{''.join(parts)}</channel></rss>".encode()


def write_config(
    folder: Path, sources: list[str], *, database: str = "sqlite:///test.db", extra: str = ""
) -> Path:
    """A feeds.yaml over the given URLs, with two topics, in folder."""
    listed = "".join(f"  - {{url: '{url}', name: 'Source {number}'}}\n" for number, url in enumerate(sources))
    path = folder / "feeds.yaml"
    path.write_text(
        f"settings:\n  database: {database}\n  output: output\n  base_url: http://127.0.0.1:8080/\n"
        "  contact: ops@example.org\n  poll_interval: 1h\n  allow_private_networks: true\n"
        "  disclaimer: Republished as a sample.\n  port: 0\n"
        f"sources:\n{listed}"
        "topics:\n"
        "  - {slug: samsung+openai, title: Samsung and OpenAI, match: samsung AND openai}\n"
        "  - {slug: everything, title: Everything, match: '*'}\n" + extra,
        encoding="utf-8",
    )
    return path


def aggregator(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the real command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "aggregator", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=environment(),
    )


def start(*arguments: str | Path, cwd: Path | None = None) -> subprocess.Popen[str]:
    """Start the real command."""
    return subprocess.Popen(
        [sys.executable, "-m", "aggregator", *map(str, arguments)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )


def environment() -> dict[str, str]:
    """This process's, with what would change a command's output set."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "120", "NO_COLOR": "1"}
