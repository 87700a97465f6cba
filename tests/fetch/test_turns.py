"""So many at once, so many to a host, with a gap between."""

import asyncio
import time
from itertools import pairwise

import pytest
from fetch.faults import FEED, FaultServer, response, settings, state
from fetch.test_guard import Names

from aggregator.fetch.http import Fetcher
from aggregator.fetch.turns import Turns


async def hold(turns: Turns, host: str, running: list[str], most: list[int], begun: list[float]) -> None:
    turn = await turns.take(host)
    begun.append(time.monotonic())
    running.append(host)
    most.append(len(running))
    await asyncio.sleep(0.02)
    running.remove(host)
    turns.give_back(turn)


async def run_all(turns: Turns, hosts: list[str]) -> tuple[int, list[float]]:
    running: list[str] = []
    most: list[int] = []
    begun: list[float] = []
    await asyncio.gather(*(hold(turns, host, running, most, begun) for host in hosts))
    assert running == []
    return max(most), begun


async def test_no_more_than_the_limit_run_at_once_at_all():
    most, _ = await run_all(Turns(3, 10, 0.0), [f"{number}.example" for number in range(12)])
    assert most == 3


async def test_no_more_than_the_limit_run_at_once_at_a_host():
    most, _ = await run_all(Turns(10, 2, 0.0), ["news.example"] * 8)
    assert most == 2


async def test_requests_to_a_host_begin_with_a_gap():
    _, begun = await run_all(Turns(10, 5, 0.05), ["news.example"] * 5)
    gaps = [later - earlier for earlier, later in pairwise(begun)]
    assert min(gaps) > 0.045


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.7", "news.internal"])
async def test_the_operators_own_machines_have_neither_gap_nor_limit_of_their_own(host):
    most, begun = await run_all(Turns(10, 1, 5.0), [host] * 6)
    assert most == 6
    assert begun[-1] - begun[0] < 1


async def test_a_host_that_is_waited_for_takes_nobody_elses_place():
    turns = Turns(2, 1, 0.5)
    crowd = [asyncio.create_task(run_all(turns, ["big.example"] * 10))]
    await asyncio.sleep(0.01)
    began = time.monotonic()
    await run_all(turns, [f"{number}.example" for number in range(4)])
    assert time.monotonic() - began < 0.4
    crowd[0].cancel()


async def test_a_cancelled_wait_gives_everything_back():
    turns = Turns(1, 1, 0.0)
    turn = await turns.take("news.example")
    waiting = asyncio.create_task(turns.take("news.example"))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    turns.give_back(turn)
    async with asyncio.timeout(1):
        turns.give_back(await turns.take("news.example"))
        turns.give_back(await turns.take("other.example"))


async def test_hosts_at_rest_are_forgotten():
    turns = Turns(10, 1, 0.0)
    for number in range(5000):
        turns.give_back(await turns.take(f"{number}.example"))
    assert len(turns._hosts) <= 1024


async def test_the_gap_holds_from_one_cycle_to_the_next():
    rests: dict[str, float] = {}
    begun = []
    for _ in range(3):
        turns = Turns(10, 2, 0.1, rests)
        turns.give_back(await turns.take("news.example"))
        begun.append(time.monotonic())
        turns.give_back(await turns.take("other.example" if len(begun) == 1 else "127.0.0.1"))
    assert all(later - earlier >= 0.099 for earlier, later in pairwise(begun))


async def test_a_fetcher_keeps_a_hosts_limit_over_the_wire():
    async def slowly(writer):
        await asyncio.sleep(0.05)
        writer.write(response(body=FEED))

    async with FaultServer() as server:
        server.tell("/feed", slowly)
        names = Names(["127.0.0.1"])
        async with Fetcher(settings(max_per_host=2, host_gap_seconds=0.0), names) as fetcher:
            urls = [server.url("/feed", "news.example")] * 6
            await asyncio.gather(*(fetcher.fetch(state(url)) for url in urls))
        assert len(server.requests) == 6
        assert server.most_at_once == 2
        assert names.asked == ["news.example"]  # resolved once
