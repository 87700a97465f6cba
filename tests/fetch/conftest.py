from collections.abc import AsyncIterator

import pytest
from fetch.faults import FaultServer, settings

from aggregator.fetch.http import Fetcher


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with FaultServer() as running:
        yield running


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(settings()) as opened:
        yield opened
