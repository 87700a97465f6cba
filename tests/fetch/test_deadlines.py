"""Time limits that one timer watches."""

import asyncio

import pytest

from aggregator.fetch.deadlines import Deadlines


async def limited(deadlines: Deadlines, seconds: float, work: float) -> str:
    deadline = deadlines.start(seconds)
    try:
        await asyncio.sleep(work)
    except asyncio.CancelledError:
        if not deadline.was_me():
            raise
        return "late"
    finally:
        deadlines.stop(deadline)
    return "done"


async def test_only_what_is_late_is_ended():
    deadlines = Deadlines(0.01)
    assert await asyncio.gather(
        limited(deadlines, 0.05, 5), limited(deadlines, 5, 0.05), limited(deadlines, 0.1, 5)
    ) == ["late", "done", "late"]
    await asyncio.sleep(0)  # the task goes on: nothing of the cancelling is left
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_somebody_elses_cancelling_is_passed_on():
    deadlines = Deadlines(0.01)
    task = asyncio.create_task(limited(deadlines, 5, 5))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_limit_may_be_moved_while_it_runs():
    deadlines = Deadlines(0.01)
    deadline = deadlines.start(0.02)
    deadline.at += 5
    await asyncio.sleep(0.1)
    deadlines.stop(deadline)
    assert not deadline.expired


async def test_the_timer_rests_when_nothing_runs():
    deadlines = Deadlines(0.01)
    await limited(deadlines, 5, 0.0)
    await asyncio.sleep(0.03)
    assert deadlines._timer is None
    assert await limited(deadlines, 0.02, 5) == "late"
    deadlines.close()
