"""Certificates that cannot be trusted, told in words."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fetch.faults import FaultServer, response, state

from aggregator.fetch import trouble
from aggregator.model import Failed, FetchLimits, Trouble

CERTIFICATES = Path(__file__).parent / "certificates"


@pytest.fixture
async def secure() -> AsyncIterator[FaultServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATES / "self-signed.pem", CERTIFICATES / "key.pem")
    async with FaultServer(context) as running:
        yield running


async def test_a_self_signed_certificate_is_refused_and_nothing_is_sent(secure, fetcher):
    url = secure.tell("/feed", response()).replace("https://", "https://ann:s3cret@")
    result = await fetcher.fetch(state(url))
    assert isinstance(result, Failed)
    assert result.trouble is Trouble.NETWORK
    assert result.why == "127.0.0.1: the certificate cannot be trusted: it is signed by nobody but itself"
    assert secure.requests == []


async def test_a_server_that_does_not_speak_tls_is_told(fetcher):
    async def answer_plainly(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer_plainly, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    result = await fetcher.fetch(state(f"https://127.0.0.1:{port}/"))
    server.close()
    assert isinstance(result, Failed)
    assert result.why == "127.0.0.1: no secure connection: the server does not speak TLS there"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("certificate has expired", "it has expired"),
        ("certificate is not yet valid", "it is not valid yet"),
        ("Hostname mismatch, certificate is not valid for 'a<b>'.", "it is not for news.example"),
        ("IP address mismatch, certificate is not valid for '1.2.3.4'.", "it is not for news.example"),
        ("unable to get local issuer certificate", "its issuer is not known here"),
        ("self-signed certificate in certificate chain", "it is signed by nobody but itself"),
        ("something <new>", "cannot be trusted"),
    ],
)
def test_openssls_words_become_ours(said, words):
    fault = ssl.SSLCertVerificationError()
    fault.verify_message = said
    key = type("Key", (), {"host": "news.example", "port": 443, "is_ssl": True, "ssl": True})()
    error = trouble.aiohttp.ClientConnectorCertificateError(key, fault)
    result = trouble.of_error(error, "news.example", FetchLimits())
    assert words in result.why
    assert "<" not in result.why
