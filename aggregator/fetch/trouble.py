"""What went wrong with a request, in words for the operator of the source.

No word holds more of a URL than its host: paths and queries carry keys, and what a server
sends is not repeated.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

import aiohttp

from aggregator.core.blockers import blocker
from aggregator.core.hints import read_hints
from aggregator.fetch.bodies import BadCoding, OverBound, in_mib
from aggregator.fetch.guard import AddressRefused, WireOverBound
from aggregator.model import Failed, FetchLimits, Trouble

_BLOCKED = frozenset({401, 402, 403, 405, 406, 407, 418, 451})
_STATUS_WORDS = {
    401: "asks for a user name and password (401)",
    402: "asks for payment (402)",
    403: "forbids it (403)",
    404: "has nothing at this address (404)",
    410: "says that it is gone for good (410)",
    429: "says that we ask too often (429)",
    451: "may not show it for legal reasons (451)",
    503: "is not available now (503)",
}

# Everything that a request may end with instead of an answer, by network or server.
NETWORK_ERRORS = (aiohttp.ClientError, OSError, TimeoutError, ValueError)


def of_status(status: int, headers: Mapping[str, str], host: str, now: datetime) -> Failed:
    """A response whose status is no success."""
    name = blocker(status, headers)
    if status == 410:
        trouble = Trouble.GONE
    elif status == 404:
        trouble = Trouble.MISSING
    elif status in _BLOCKED or (name and status != 429):
        trouble = Trouble.BLOCKED
    elif status in (429, 503):
        trouble = Trouble.REFUSED
    else:
        trouble = Trouble.SERVER
    why = f"{host} {_STATUS_WORDS.get(status) or _standard_words(status)}"
    if name:
        why += f"; it is {name} that refuses, which stands before the site"
    return Failed(why, trouble, read_hints(headers, now), status)


def _standard_words(status: int) -> str:
    try:
        return f"answers {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"answers {status}, which is no known status"


def of_error(error: BaseException, host: str, limits: FetchLimits) -> Failed:
    """A request that ended in one of NETWORK_ERRORS, OverBound or BadCoding."""
    match _our_own(error):
        case AddressRefused() as refused:
            return Failed(str(refused), Trouble.ADDRESS)
        case WireOverBound():
            return Failed(_wire_bound(host, limits), Trouble.BOUND)
    match error:
        case OverBound():
            return Failed(f"{host}: {error}", Trouble.BOUND)
        case BadCoding():
            return Failed(f"{host}: {error}", Trouble.NETWORK)
        case aiohttp.ConnectionTimeoutError():
            return Failed(f"{host}: no connection within {limits.connect_seconds:g} s", Trouble.TIMEOUT)
        case TimeoutError():
            return timed_out(host, limits, waiting=False)
        case aiohttp.ClientConnectorDNSError():
            return Failed(_of_name(error.os_error, host), Trouble.NETWORK)
        case aiohttp.ClientConnectorCertificateError():
            return Failed(_of_certificate(error.certificate_error, host), Trouble.NETWORK)
        case aiohttp.ClientConnectorSSLError():
            return Failed(f"{host}: no secure connection: {_of_tls(error.os_error)}", Trouble.NETWORK)
        case aiohttp.ClientHttpProxyError() | aiohttp.ClientProxyConnectionError():
            return Failed("the proxy cannot be used or refuses the request", Trouble.NETWORK)
        case aiohttp.InvalidURL():
            return Failed(f"{host}: not an address that can be requested", Trouble.ADDRESS)
        case aiohttp.ServerDisconnectedError():
            return Failed(f"{host} closed the connection without an answer", Trouble.NETWORK)
        case aiohttp.ClientPayloadError() if WireOverBound.__name__ in str(error):
            # Of what broke a connection within a body, aiohttp keeps only the words.
            return Failed(_wire_bound(host, limits), Trouble.BOUND)
        case aiohttp.ClientPayloadError():
            return Failed(f"{host}: the answer was cut off or is garbled", Trouble.NETWORK)
        case aiohttp.ClientResponseError():
            return _of_bad_answer(error, host, limits)
        case OSError():
            return Failed(f"{host}: {_of_os(error)}", Trouble.NETWORK)
        case _:
            return Failed(f"{host}: no answer that can be read", Trouble.NETWORK)


def _wire_bound(host: str, limits: FetchLimits) -> str:
    return f"{host}: it sends far more than the {in_mib(limits.max_bytes)} that a body may have"


def timed_out(host: str, limits: FetchLimits, waiting: bool) -> Failed:
    """A server that took the request and did not answer (waiting), or not in time to the end."""
    if waiting:
        return Failed(f"{host}: no answer within {limits.first_byte_seconds:g} s", Trouble.TIMEOUT)
    return Failed(f"{host}: not finished within {limits.total_seconds:g} s", Trouble.TIMEOUT)


def _our_own(error: BaseException) -> OSError | None:
    """What the guard raised, wherever asyncio and aiohttp have wrapped it."""
    for _ in range(6):
        if isinstance(error, AddressRefused | WireOverBound):
            return error
        inner = getattr(error, "os_error", None) or error.__cause__ or error.__context__
        if inner is None:
            return None
        error = inner
    return None


def _of_name(error: OSError, host: str) -> str:
    if error.errno == socket.EAI_AGAIN:
        return f"{host}: the name servers do not answer"
    return f"{host}: there is no such name, or it has no address"


def _of_certificate(error: Exception, host: str) -> str:
    said = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else "it does not fit"
    # Of OpenSSL's words only those that are known are repeated: others hold names from the certificate.
    for part, words in (
        ("expired", "it has expired"),
        ("not yet valid", "it is not valid yet"),
        ("self-signed", "it is signed by nobody but itself"),
        ("self signed", "it is signed by nobody but itself"),
        ("mismatch", f"it is not for {host}"),
        ("not valid for", f"it is not for {host}"),
        ("local issuer", "its issuer is not known here, or the server leaves out a link of the chain"),
        ("revoked", "it has been revoked"),
    ):
        if part in said:
            return f"{host}: the certificate cannot be trusted: {words}"
    return f"{host}: the certificate cannot be trusted"


def _of_tls(error: OSError) -> str:
    reason = str(getattr(error, "reason", "") or "")
    if "WRONG_VERSION" in reason or "HTTP_REQUEST" in reason:
        return "the server does not speak TLS there"
    if "PROTOCOL" in reason:
        return "the server speaks only versions of TLS that are too old"
    return "the TLS handshake failed"


def _of_bad_answer(error: aiohttp.ClientResponseError, host: str, limits: FetchLimits) -> Failed:
    # aiohttp tells bounds and bad syntax apart only by its words.
    said = error.message.lower()
    if "more than" in said or "too many" in said:
        return Failed(header_bound(host, limits), Trouble.BOUND)
    return Failed(f"{host}: its answer is not HTTP that can be read", Trouble.NETWORK)


def header_bound(host: str, limits: FetchLimits) -> str:
    """The words for headers over their bound."""
    return f"{host}: its headers are more or larger than {in_mib(limits.max_header_bytes)} allow"


def _of_os(error: OSError) -> str:
    # ClientConnectorError keeps the plain error inside, a list of several in its text.
    inner = getattr(error, "os_error", None) or error
    match inner:
        case ConnectionRefusedError():
            return "refuses the connection"
        case ConnectionResetError() | BrokenPipeError():
            return "broke the connection off"
        case ssl.SSLError():
            return "the TLS connection broke"
        case TimeoutError():
            return "no connection: it does not answer"
    text = str(inner)
    if "refused" in text.lower():
        return "refuses the connection"
    if "unreachable" in text.lower() or "no route" in text.lower():
        return "there is no way to it from here"
    return "no connection"
