"""A WebSub hub on loopback, and one feed that names it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode

SECONDS = 10


class Hub:
    """Keeps what it is asked, confirms it with the subscriber, and pushes."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.confirmed: dict[str, dict[str, str]] = {}  # forms by callback
        self.answers: list[tuple[int, bool]] = []  # of callbacks: status, challenge echoed
        self.polls = 0
        self.feed = b""
        self.url = ""
        self.changed = threading.Condition()

    def take(self, form: dict[str, str]) -> None:
        """Verify a request with its callback, as a hub does after its 202."""
        challenge = secrets.token_hex(8)
        query = {"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"], "hub.challenge": challenge}
        query["hub.lease_seconds"] = form.get("hub.lease_seconds", "")
        try:
            status, body = ask(f"{form['hub.callback']}?{urlencode(query)}")
        except OSError:  # the subscriber has ended
            return
        with self.changed:
            self.answers.append((status, body == challenge.encode()))
            if self.answers[-1] == (200, True):
                if form["hub.mode"] == "subscribe":
                    self.confirmed[form["hub.callback"]] = form
                else:
                    del self.confirmed[form["hub.callback"]]
            self.changed.notify_all()

    def until(self, what) -> None:
        """Wait until something holds."""
        with self.changed:
            assert self.changed.wait_for(lambda: what(self), 3 * SECONDS), (self.forms, self.answers)

    def push(self, body: bytes, *, secret: str | None = None, callback: str | None = None) -> int:
        """Send a body to the one subscriber, signed with its secret or another."""
        ((known, form),) = self.confirmed.items()
        signature = hmac.new((secret or form["hub.secret"]).encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature": f"sha256={signature}", "Content-Type": "application/rss+xml"}
        return ask(callback or known, body, headers)[0]


def ask(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """One request."""
    request = urllib.request.Request(url, body, headers or {})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@contextmanager
def hub_server() -> Iterator[Hub]:
    """Serve a hub at /hub and its feed at /feed until the block ends."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            hub.polls += 1
            self._say(200, hub.feed)

        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            hub.forms.append(form)
            self._say(202, b"")
            threading.Thread(target=hub.take, args=(form,), daemon=True).start()

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "application/rss+xml")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
