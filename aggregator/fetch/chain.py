"""A chain of requests: what each hop is sent, and where a redirect leads. Sends nothing itself."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace

from yarl import URL

from aggregator.model import Failed, FetchLimits, Trouble, Validators

ACCEPT_FEED = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.4, */*;q=0.3"
)
ACCEPT_PAGE = "text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.3"
ACCEPT_TEXT = "text/plain, */*;q=0.3"

# A validator is kept by us and sent back for years; one this long is an identifier of us.
_LONGEST_VALIDATOR = 512
# Of URIs' characters only, and its escapes whole (RFC 3986 §2): sent as it is.
_SENDABLE = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")
_PERMANENT = frozenset({301, 308})
_SAME_METHOD = frozenset({307, 308})


# Not frozen, like all that lives for one request only: freezing costs more than making it.
@dataclass(slots=True)
class Ask:
    """What a chain of requests is to bring."""

    url: URL  # without credentials
    credentials: str | None  # the Authorization header's value, for this URL's server alone
    known: Validators
    conditional: bool
    accept: str
    limits: FetchLimits
    form: Mapping[str, str] | None = None  # what is posted; None: a GET


@dataclass(slots=True)
class Trail:
    """The redirects of one chain."""

    at: URL
    sent: dict[str, str]  # headers of the latest request
    left: tuple[URL, ...] = ()  # the URLs that redirected
    permanent: bool = True

    @property
    def host(self) -> str:
        """For people; worked out only when there is something to tell them."""
        try:
            return self.at.host or ""
        except ValueError:  # xn-- and then no Punycode
            return self.at.raw_host or ""

    @property
    def moved_to(self) -> str | None:
        """Where the chain has led, if every redirect of it says for good (RFC 9110 §15.4)."""
        return str(self.at) if self.left and self.permanent else None


@dataclass(slots=True)
class Redirect:
    """An answer that names another URL."""

    status: int
    location: str


def request_headers(ask: Ask, url: URL) -> dict[str, str]:
    """What one hop is sent besides what all are: validators and credentials only where they belong."""
    headers: dict[str, str] = {}
    if ask.accept is not ACCEPT_FEED:
        headers["Accept"] = ask.accept
    if ask.credentials is not None and _same_server(ask.url, url):
        headers["Authorization"] = ask.credentials
    known = ask.known
    if ask.conditional and str(url) == (known.url or str(ask.url)):
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
    return headers


def _same_server(first: URL, second: URL) -> bool:
    """The same scheme, host and port; or its own step up to https."""
    if first.raw_host != second.raw_host:
        return False
    upgraded = (first.scheme, first.port, second.scheme, second.port) == ("http", 80, "https", 443)
    return upgraded or (first.scheme, first.port) == (second.scheme, second.port)


def _basic(url: URL) -> str | None:
    """The Authorization header's value for a URL's user and password (RFC 7617)."""
    if url.raw_user is None and url.raw_password is None:
        return None
    pair = f"{url.user or ''}:{url.password or ''}".encode()
    return f"Basic {b64encode(pair).decode()}"


def ask_for(url: str, known: Validators, limits: FetchLimits, accept: str = ACCEPT_FEED) -> Ask | Failed:
    """What to ask of a URL. Failed where it is none."""
    try:
        parsed = _parse(url)
        return Ask(_bare(parsed), _basic(parsed), known, True, accept, limits)
    except ValueError:
        return Failed("not an address that can be requested", Trouble.ADDRESS)


def _parse(url: str) -> URL:
    """A URL as it was written, byte for byte, or made sendable where it is not. Raises ValueError."""
    url = url.strip()
    try:
        return URL(url, encoded=_SENDABLE.fullmatch(url) is not None)
    except LookupError as error:  # yarl's, of "http://a][b@/"
        raise ValueError("not a URL") from error


def _bare(url: URL) -> URL:
    """A URL without credentials and fragment."""
    if url.raw_host and (url.raw_user is not None or url.raw_password is not None):
        url = url.with_user(None)
    return url.with_fragment(None) if url.raw_fragment else url


def fresh_validators(headers: Mapping[str, str], url: URL) -> Validators:
    """The validators of a 200, without the hash of its body."""
    return Validators(
        etag=_kept(headers.get("ETag")), last_modified=_kept(headers.get("Last-Modified")), url=str(url)
    )


def confirmed_validators(known: Validators, headers: Mapping[str, str], url: URL) -> Validators:
    """The validators after a 304: those it brings replace those it confirms (RFC 9111 §4.3.4)."""
    etag = _kept(headers.get("ETag")) or known.etag
    last_modified = _kept(headers.get("Last-Modified")) or known.last_modified
    if (etag, last_modified) == (known.etag, known.last_modified):
        return known
    return replace(known, etag=etag, last_modified=last_modified, url=str(url))


def _kept(value: str | None) -> str | None:
    """A validator that can be stored and sent back byte for byte; None: not this one."""
    if not value or len(value) > _LONGEST_VALIDATOR or not value.isprintable():
        return None
    return value


def step(trail: Trail, redirect: Redirect, most: int, posted: bool = False) -> Failed | None:
    """Go on to where a redirect leads. Failed where it leads nowhere or round in a circle.

    What was posted is posted again only where the redirect says so (RFC 9110 §15.4.8, §15.4.9).
    """
    host = trail.host
    try:
        target = _bare(trail.at.join(_parse(redirect.location)))
    except ValueError:
        return Failed(
            f"{host} redirects to something that is no address", Trouble.SERVER, status=redirect.status
        )
    trail.left = (*trail.left, trail.at)
    if target in trail.left:
        why = f"{host} redirects in a circle; such sites often insist on cookies"
        return Failed(why, Trouble.SERVER, status=redirect.status)
    if posted and redirect.status not in _SAME_METHOD:
        why = f"{host} redirects what was posted to where it would be lost"
        return Failed(why, Trouble.SERVER, status=redirect.status)
    if len(trail.left) > most:
        return Failed(f"{host}: more than {most} redirects", Trouble.BOUND, status=redirect.status)
    downgraded = trail.at.scheme == "https" and target.scheme == "http"
    trail.permanent = trail.permanent and redirect.status in _PERMANENT and not downgraded
    trail.at = target
    return None
