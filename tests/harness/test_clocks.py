"""Time on a loop that jumps: nothing here waits for the wall."""

import asyncio
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.harness.clock import VIRTUAL_START, RealClock, ScaledClock, VirtualClock, WorldClock, parse_clock

START = datetime(2026, 8, 3, 11, 0, tzinfo=UTC)


def loop_time() -> float:
    return asyncio.get_running_loop().time()


def test_the_real_clock_tells_the_time_with_its_zone():
    assert RealClock().now().tzinfo is UTC


@pytest.mark.looptime
async def test_the_real_clock_sleeps_as_long_as_asked():
    before = loop_time()
    await RealClock().sleep(90)
    assert loop_time() - before == pytest.approx(90)


@pytest.mark.looptime
async def test_a_negative_sleep_is_none_at_all():
    before = loop_time()
    await RealClock().sleep(-5)
    assert loop_time() == before


@pytest.mark.looptime
async def test_a_scaled_clock_sleeps_a_fraction_of_the_loops_time():
    before = loop_time()
    await ScaledClock(0.0, START, 60.0).sleep(600)
    assert loop_time() - before == pytest.approx(10)


def test_scaled_time_runs_at_its_rate():
    slow, fast = ScaledClock(0.0, START, 1.0), ScaledClock(0.0, START, 60.0)
    assert fast.now() - START == pytest.approx((slow.now() - START) * 60, rel=1e-3)


@given(st.floats(0, 2e9), st.floats(1e-3, 1e5))
def test_another_process_gets_the_same_scaled_clock(wall_start, rate):
    clock = ScaledClock(wall_start, START, rate)
    assert parse_clock(clock.spec()) == clock


def test_the_word_real_means_the_wall():
    assert isinstance(parse_clock("real"), RealClock)


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("", "give 'real'"),
        ("virtual", "give 'real'"),
        ("scaled:1:2", "give 'real'"),
        ("scaled:1:2:fast", "must be numbers"),
        ("scaled:1:2:0", "above zero"),
        ("scaled:1:2:-3", "above zero"),
        ("scaled:1:2:nan", "above zero"),
        ("scaled:inf:2:1", "finite"),
        ("scaled:1:1e300:1", "no date"),
        ("scaled:1:nan:1", "no date"),
    ],
)
def test_a_clock_that_makes_no_sense_is_explained(spec, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse_clock(spec)


@pytest.mark.looptime
async def test_virtual_time_begins_at_its_start_and_passes_with_the_loop():
    clock = VirtualClock()
    assert clock.now() == VIRTUAL_START
    await clock.sleep(75 * 60)
    assert clock.now() == VIRTUAL_START + timedelta(minutes=75)


@pytest.mark.looptime
async def test_a_worlds_sleep_ends_by_itself_when_its_base_has_passed():
    clock = WorldClock(VirtualClock())
    await clock.sleep(30)
    assert clock.now() == VIRTUAL_START + timedelta(seconds=30)


@pytest.mark.looptime
async def test_advancing_wakes_the_sleepers_whose_time_has_come_and_no_others():
    clock, woken = WorldClock(VirtualClock()), []

    async def sleeper(seconds):
        await clock.sleep(seconds)
        woken.append(seconds)

    before = loop_time()
    async with asyncio.TaskGroup() as group:
        for seconds in (60, 120, 300):
            group.create_task(sleeper(seconds))
        await asyncio.sleep(0)
        clock.advance(120)
        await asyncio.sleep(1)
        assert sorted(woken) == [60, 120]
        clock.advance(180)
    assert sorted(woken) == [60, 120, 300]
    assert loop_time() - before < 2


@pytest.mark.looptime
async def test_what_was_advanced_shortens_a_sleep_that_goes_on():
    clock = WorldClock(VirtualClock())
    sleeping = asyncio.create_task(clock.sleep(100))
    await asyncio.sleep(0)
    clock.advance(70)
    before = loop_time()
    await sleeping
    assert loop_time() - before == pytest.approx(30)


@pytest.mark.looptime
async def test_a_cancelled_sleep_leaves_no_task_behind():
    clock = WorldClock(VirtualClock())
    sleeping = asyncio.create_task(clock.sleep(100))
    await asyncio.sleep(1)
    sleeping.cancel()
    await asyncio.wait({sleeping})
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.looptime
async def test_two_worlds_on_one_base_advance_apart():
    base = VirtualClock()
    one, other = WorldClock(base), WorldClock(base)
    one.advance(3600)
    assert one.now() - other.now() == timedelta(hours=1)


@pytest.mark.looptime
@pytest.mark.parametrize("seconds", [-1, -math.inf, math.nan, 1e12, 1e300, math.inf])
async def test_time_goes_neither_back_nor_beyond_the_calendar(seconds):
    clock = WorldClock(VirtualClock())
    with pytest.raises(ValueError):
        clock.advance(seconds)
    assert clock.now() == VIRTUAL_START


def test_a_worlds_rate_is_that_of_its_base():
    assert WorldClock(ScaledClock(0.0, START, 60.0)).rate == 60.0
