"""The demonstration: bundled sample feeds, a loopback server for them, and the real loop on top.

What it makes stands in one folder: ``demo.yaml``, ``demo.db``, ``output/``, and ``demo-state.json``,
which keeps the instant from which the samples count their hours. So a second run serves the same bytes.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from aggregator.jobs.cycle import CycleReport, Progress
    from aggregator.model import Setup

SAMPLES = Path(__file__).parent / "data" / "samples"
MEDIA_TYPES = {
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".rdf": "application/rdf+xml",
    ".json": "application/feed+json",
}
SAMPLE_PORT = 8642  # tried first: a port that stays keeps the sources' URLs
PAGE_PORT = 8080
NEWS_AFTER = timedelta(minutes=1)  # after this, a live server has one item more

_STAMP = re.compile(r"\{\{(rfc822|rfc3339|et) (?:(\d+)h)?(?:(\d+)m)?(?: ([+-]\d{4}))?\}\}")
_NEWS = re.compile(r"\{\{news\}\}\n(.*?)\{\{/news\}\}\n", re.DOTALL)
_SERVER = re.compile(r"http://127\.0\.0\.1:\d+/")
_PAGE = re.compile(r"http://localhost:\d+/")
_PORT = re.compile(r"^( *port: *)\d+", re.MULTILINE)
_ENCODING = re.compile(r'<\?xml [^>]*encoding="([^"]+)"')


@dataclass(frozen=True, slots=True)
class State:
    """What a demo folder remembers from run to run."""

    since: datetime  # the samples' hours are counted back from here
    port: int = SAMPLE_PORT
    news_at: datetime | None = None  # None: the late item has not been published yet


@dataclass(frozen=True, slots=True)
class Sample:
    """One served body."""

    body: bytes
    packed: bytes
    media_type: str
    etag: str
    last_modified: str


@dataclass(frozen=True, slots=True)
class DemoSite:
    """A demo folder whose sample server is running."""

    config: Path
    server: SampleServer


@dataclass(frozen=True, slots=True)
class Made:
    """What one cycle of the demo did, and on which configuration."""

    report: CycleReport
    setup: Setup


def fill(text: str, since: datetime, news_at: datetime | None) -> str:
    """Put instants into a sample: ``{{rfc822 5h30m +0900}}`` is that long before since.

    What stands between ``{{news}}`` and ``{{/news}}`` counts from news_at, and is left out without it.
    """

    def late(found: re.Match[str]) -> str:
        return "" if news_at is None else _stamped(found[1], news_at)

    return _stamped(_NEWS.sub(late, text), since)


def _stamped(text: str, since: datetime) -> str:
    def written(found: re.Match[str]) -> str:
        form, hours, minutes, zone = found.groups()
        moment = since - timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        if form == "et":
            return _eastern(moment)
        moment = moment.astimezone(datetime.strptime(zone or "+0000", "%z").tzinfo)
        return format_datetime(moment) if form == "rfc822" else moment.isoformat(timespec="seconds")

    return _STAMP.sub(written, text)


def _eastern(moment: datetime) -> str:
    """An instant as an American paper prints it: ``Tuesday, Feb 4, 2025 3:01 am ET``."""
    local = moment.astimezone(ZoneInfo("America/New_York"))
    clock = f"{local.hour % 12 or 12}:{local.minute:02} {'am' if local.hour < 12 else 'pm'}"
    return f"{local:%A, %b} {local.day}, {local.year} {clock} ET"


def _samples(state: State) -> dict[str, Sample]:
    """Every sample by its path."""
    served = format_datetime(state.news_at or state.since, usegmt=True)
    found: dict[str, Sample] = {}
    for path in sorted(SAMPLES.iterdir()):
        if path.suffix not in MEDIA_TYPES:
            continue
        text = fill(path.read_text("utf-8"), state.since, state.news_at)
        declared = _ENCODING.match(text)
        body = text.encode(declared[1] if declared else "utf-8")
        etag = f'"{sha256(body).hexdigest()[:20]}"'
        found["/" + path.name] = Sample(
            body, gzip.compress(body, mtime=0), MEDIA_TYPES[path.suffix], etag, served
        )
    return found


class SampleServer:
    """Serves the samples on loopback, as a good publisher does: ETag, Last-Modified, 304, gzip."""

    def __init__(self, folder: Path, *, live: bool = False) -> None:
        """Take the folder that holds the state; live: publish one item more after a minute."""
        self._file = folder / "demo-state.json"
        self._state = _read_state(self._file)
        self._live = live
        self._lock = threading.Lock()
        self._started = datetime.now(UTC)
        self._http = self._listen()
        self._state = replace(self._state, port=self._http.server_port)
        _write_state(self._file, self._state)
        self._samples = _samples(self._state)

    def __enter__(self) -> SampleServer:
        threading.Thread(target=self._http.serve_forever, args=(0.1,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def url(self) -> str:
        """Where the server listens, without a slash at the end."""
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def urls(self) -> tuple[str, ...]:
        """The URLs of all sample feeds."""
        return tuple(self.url + path for path in self._samples)

    def sample(self, path: str) -> Sample | None:
        """What is served at a path now; None: nothing."""
        with self._lock:
            now = datetime.now(UTC)
            if self._live and self._state.news_at is None and now - self._started >= NEWS_AFTER:
                self._state = replace(self._state, news_at=now.replace(microsecond=0))
                _write_state(self._file, self._state)
                self._samples = _samples(self._state)
            return self._samples.get(path)

    def _listen(self) -> _Http:
        """Listen on the port used before, or on any that is free."""
        try:
            return _Http(("127.0.0.1", self._state.port), self)
        except OSError:
            return _Http(("127.0.0.1", 0), self)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # of 5, the default, the rest of a cycle's connections would wait a second

    def __init__(self, address: tuple[str, int], owner: SampleServer) -> None:
        super().__init__(address, _Handler)
        self.owner = owner


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout: ClassVar[float] = 30
    server: _Http

    def do_GET(self) -> None:
        """Answer with a sample, or 304 where the client has it, or 404."""
        sample = self.server.owner.sample(self.path.partition("?")[0])
        if sample is None:
            self._answer(404, {}, b"")
            return
        validators = {"ETag": sample.etag, "Last-Modified": sample.last_modified, "Vary": "Accept-Encoding"}
        if self._has(sample):
            self._answer(304, validators, b"")
            return
        packs = "gzip" in self.headers.get("Accept-Encoding", "")
        headers = {"Content-Type": sample.media_type, **({"Content-Encoding": "gzip"} if packs else {})}
        self._answer(200, {**validators, **headers}, sample.packed if packs else sample.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the daemon tells what it polled."""

    def _has(self, sample: Sample) -> bool:
        """Whether the client's copy is current; an ETag decides before a date (RFC 9110 §13.2.2)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return sample.etag in (tag.strip() for tag in tags.split(","))
        return self.headers.get("If-Modified-Since") == sample.last_modified

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _read_state(file: Path) -> State:
    """The folder's state; a new one where there is none that can be read."""
    try:
        kept = json.loads(file.read_text("utf-8"))
        news_at = kept["news_at"]
        since = datetime.fromisoformat(kept["since"]).astimezone(UTC)
        return State(since, int(kept["port"]), news_at and datetime.fromisoformat(news_at).astimezone(UTC))
    except (OSError, ValueError, KeyError, TypeError):
        return State(datetime.now(UTC).replace(second=0, microsecond=0))


def _write_state(file: Path, state: State) -> None:
    file.write_text(json.dumps(asdict(state), default=str) + "\n", "utf-8")


def demo_config(directory: Path, server_url: str, port: int) -> Path:
    """Write the demo's configuration; of one that is there, change the server's and the page's port only."""
    path = directory / "demo.yaml"
    try:
        before = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        before = ""
    text = before or (SAMPLES / "demo.yaml").read_text("utf-8")
    text = _SERVER.sub(f"{server_url}/", text)
    text = _PAGE.sub(f"http://localhost:{port}/", text)
    text = _PORT.sub(rf"\g<1>{port}", text)
    if text != before:
        path.write_text(text, "utf-8")
    return path


@contextmanager
def prepare(directory: Path, port: int = PAGE_PORT, *, live: bool = False) -> Iterator[DemoSite]:
    """Make a demo folder ready and serve its samples while the block runs."""
    directory.mkdir(parents=True, exist_ok=True)
    with SampleServer(directory, live=live) as server:
        yield DemoSite(demo_config(directory, server.url, port), server)


def run_once(
    directory: Path, progress: Callable[[Progress], None] | None = None, port: int = PAGE_PORT
) -> Made:
    """Run one cycle over all samples, unchanged ones still answered with 304. Raises AggregatorError."""
    from aggregator.config import load_setup
    from aggregator.jobs.cycle import run_cycle
    from aggregator.store.base import open_store

    with prepare(directory, port or PAGE_PORT) as site:
        setup = load_setup(site.config)
        return Made(run_cycle(setup, open_store(setup.settings.database), True, progress), setup)


def run(directory: Path, port: int, tell: Callable[[str], None]) -> None:
    """Run the daemon on the samples until a signal; tell prints a line. Raises AggregatorError."""
    from aggregator import daemon

    with prepare(directory, free_port(port), live=True) as site:
        daemon.run(site.config, lambda url: tell(_welcome(url, site)))


def free_port(wanted: int) -> int:
    """The wanted port if it can be listened on, else one that can; 0 wants any."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return wanted


def _welcome(url: str, site: DemoSite) -> str:
    """What the user sees once the page is served."""
    return (
        f"\n  The page        {url}\n"
        f"  A feed          {url}samsung+openai.atom   (for a feed reader; also as .rss and .json)\n"
        f"  Configuration   {site.config}   (edit it: the demo takes changes up)\n\n"
        "  A new item will arrive within two minutes. Ctrl-C ends the demo.\n"
    )
