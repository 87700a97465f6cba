"""No forbidden address is connected to, whatever names or numbers hide it."""

import asyncio
import shutil
import socket
import subprocess
import sys
from ipaddress import ip_address

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from fetch.faults import redirect, response, settings, state

from aggregator.fetch.guard import AddressRefused, GuardedResolver, literal, refuse_literal
from aggregator.fetch.http import Fetcher
from aggregator.model import Failed, Fetched, Trouble


class Names(AbstractResolver):
    """A resolver that knows only what a test tells it, each time the next answer, and counts."""

    def __init__(self, *answers: list[str] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        self.asked.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in answer
        ]

    async def close(self) -> None:
        pass


FORBIDDEN = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fd00::1", "ff02::1",
    "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:db8::1", "::127.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_a_name_with_a_forbidden_address_is_never_connected_to(monkeypatch, address):
    # Should the guard fail, the connection must fail too, not reach whoever has the address.
    monkeypatch.setattr(socket, "socket", None)
    names = Names([address])
    async with Fetcher(settings(allow=False), names) as fetcher:
        result = await fetcher.fetch(state("http://news.example/feed"))
    assert isinstance(result, Failed)
    assert result.trouble is Trouble.ADDRESS
    assert "news.example is" in result.why
    assert names.asked == ["news.example"]


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_an_address_written_in_the_url_is_never_connected_to(monkeypatch, address):
    monkeypatch.setattr(socket, "socket", None)
    host = f"[{address}]" if ":" in address else address
    async with Fetcher(settings(allow=False), Names([])) as fetcher:
        result = await fetcher.fetch(state(f"http://{host}:8080/feed"))
    assert isinstance(result, Failed)
    assert result.trouble is Trouble.ADDRESS


async def test_the_socket_itself_is_judged_where_all_else_lets_an_address_through(monkeypatch):
    monkeypatch.setattr("aggregator.fetch.http.refuse_literal", lambda host, allow: None)
    monkeypatch.setattr(socket, "socket", None)
    async with Fetcher(settings(allow=False), Names([])) as fetcher:
        result = await fetcher.fetch(state("http://127.0.0.1:1/"))
    assert isinstance(result, Failed)
    assert result.trouble is Trouble.ADDRESS
    assert "loopback" in result.why


async def test_of_a_names_addresses_only_the_reachable_are_given_out():
    names = GuardedResolver(False, 1.0, Names(["127.0.0.1", "93.184.215.14", "10.0.0.1"]))
    assert [one["host"] for one in await names.resolve("news.example", 80)] == ["93.184.215.14"]


async def test_a_name_that_changes_its_mind_is_judged_again():
    names = GuardedResolver(False, 1.0, Names(["93.184.215.14"], ["127.0.0.1"]))
    await names.resolve("news.example", 80)
    with pytest.raises(AddressRefused):
        await names.resolve("news.example", 80)


async def test_a_redirect_to_a_name_of_a_forbidden_address_is_refused(server):
    # Loopback is allowed here; what is never allowed shows that the hop is judged.
    url = server.tell("/feed", redirect(302, "http://inside.example/latest/meta-data"))
    async with Fetcher(settings(), Names(["169.254.169.254"])) as fetcher:
        result = await fetcher.fetch(state(url))
    assert isinstance(result, Failed)
    assert result.trouble is Trouble.ADDRESS
    assert "cloud metadata" in result.why


async def test_where_private_networks_are_allowed_their_names_are_reached(server):
    server.tell("/feed", response())
    async with Fetcher(settings(host_gap_seconds=0.0), Names(["127.0.0.1"])) as fetcher:
        result = await fetcher.fetch(state(server.url("/feed", "news.example")))
    assert isinstance(result, Fetched)
    assert server.requests[0].header("Host") == f"news.example:{server.port}"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "no such name"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "name servers do not answer"),
    ],
)
async def test_trouble_with_a_name_is_told_in_words(error, words):
    async with Fetcher(settings(), Names(error)) as fetcher:
        result = await fetcher.fetch(state("http://news.example/feed"))
    assert isinstance(result, Failed)
    assert result.trouble is Trouble.NETWORK
    assert words in result.why


async def test_a_name_server_that_never_answers_is_given_up():
    class Dead(Names):
        async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
            await asyncio.sleep(30)
            return []

    resolver = GuardedResolver(False, 0.05, Dead([]))
    with pytest.raises(socket.gaierror) as caught:
        await resolver.resolve("news.example")
    assert caught.value.errno == socket.EAI_AGAIN


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0x7f.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("[::1]", "::1"),
        ("8.8.8.8", "8.8.8.8"),
        ("news.example", None),
        ("1news.example", None),
        ("cafe", None),
        ("", None),
    ],
)
def test_a_host_written_as_a_number_is_read_as_a_resolver_reads_it(host, address):
    assert literal(host) == (address and ip_address(address))


def test_a_refusal_names_the_setting_that_lifts_it_where_there_is_one():
    assert "allow_private_networks" in refuse_literal("192.168.0.1", False)
    assert refuse_literal("192.168.0.1", True) is None
    assert "allow_private_networks" not in refuse_literal("169.254.169.254", True)


IN_NAMESPACE = """
import asyncio, socket
from fetch.faults import settings, state
from aggregator.fetch.http import Fetcher
async def main():
    served = []
    server = await asyncio.start_server(lambda r, w: served.append(1), "0.0.0.0", 0)
    port = server.sockets[0].getsockname()[1]
    hosts = ["127.0.0.1", "127.8.8.8", "localhost", "0.0.0.0", "0", "0x7f.1", "2130706433", "[::1]",
             "[::ffff:127.0.0.1]", "10.0.0.1", "192.168.0.1", "169.254.169.254", "127.0.0.1.nip.example"]
    async with Fetcher(settings(allow=False)) as fetcher:
        for host in hosts:
            result = await fetcher.fetch(state(f"http://{host}:{port}/"))
            print(result.trouble.value)
    async with Fetcher(settings(allow=True)) as fetcher:
        await fetcher.fetch(state(f"http://127.0.0.1:{port}/"))
    print("served", len(served))
asyncio.run(main())
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare (util-linux)")
def test_in_a_network_of_loopback_alone_nothing_refused_is_connected_to():
    # Brings loopback up without needing iproute2 (SIOCSIFFLAGS, IFF_UP | IFF_RUNNING | IFF_LOOPBACK).
    up = (
        "import fcntl, socket, struct\n"
        "fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sH', b'lo', 0x49))\n"
    )
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, "-"],
        input=up + IN_NAMESPACE,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={"PYTHONPATH": "tests:.", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )
    if "unshare" in done.stderr:
        pytest.skip("no new network namespace here")
    *troubles, served = done.stdout.split("\n")[:-1]
    assert troubles[:-1] == ["address"] * 12, done.stderr
    assert troubles[-1] == "network"  # a name that nobody resolves here
    assert served == "served 1"
