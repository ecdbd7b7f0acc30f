"""The rows' work in Python's asyncio, and the answering of requests as `child.ts` does it.

Usage: python3 asyncio_rows.py ROW; a line with a number of operations in, a line of JSON out.
"""

import asyncio
import gc
import json
import platform
import sys
import time
import tracemalloc

GATHERED = 1_000
SWITCHES = 10
TIMERS_AN_ITERATION = 1_000
DEPTH = 20


async def one():
    return 1


async def step_aside(times):
    for _ in range(times):
        await asyncio.sleep(0)
    return times


async def take_turns(turns, own, times):
    loop = asyncio.get_running_loop()
    other = 1 - own
    received = 0
    for _ in range(times):
        turn = loop.create_future()
        turns[own] = turn
        if turns[other] is not None:
            turns[other].set_result(1)
        received += await turn
    if not turns[other].done():
        turns[other].set_result(1)
    return received


async def hand_off(n):
    turns = [None, None]
    players = [
        asyncio.create_task(take_turns(turns, 0, n // 2)),
        asyncio.create_task(take_turns(turns, 1, n // 2)),
    ]
    return await players[0] + await players[1]


async def create(n):
    done = 0
    for _ in range(n):
        done += await asyncio.create_task(one())
    return done


async def gather_all(n):
    done = 0
    for _ in range(0, n, GATHERED):
        done += sum(await asyncio.gather(*[one() for _ in range(GATHERED)]))
    return done


async def crowd(n):
    tasks = [asyncio.create_task(step_aside(SWITCHES)) for _ in range(n // SWITCHES)]
    switches = 0
    for task in tasks:
        switches += await task
    return switches


def ring():
    pass


async def timers(n):
    loop = asyncio.get_running_loop()
    cancelled = 0
    for i in range(n):
        handle = loop.call_later(100, ring)
        handle.cancel()
        if handle.cancelled():
            cancelled += 1
        if i % TIMERS_AN_ITERATION == 0:
            await asyncio.sleep(0)
    return cancelled


async def cancel(n):
    cancelled = 0
    for _ in range(n):
        task = asyncio.create_task(asyncio.sleep(1_000))
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            cancelled += 1
    return cancelled


async def nest(depth, times):
    if depth > 1:
        return await nest(depth - 1, times)
    return await step_aside(times)


async def nest_often(n):
    done = 0
    for _ in range(n):
        done += await nest(DEPTH - 1, 1)
    return done


async def resume(n):
    return await nest(DEPTH - 1, n)


async def park(n, weigh):
    loop = asyncio.get_running_loop()
    futures = [None] * n
    # asyncio keeps its tasks weakly, so somebody else must keep them.
    tasks = [None] * n

    async def wait(index):
        futures[index] = loop.create_future()
        return await futures[index]

    weigh()
    for i in range(n):
        tasks[i] = asyncio.create_task(wait(i))
    await step_aside(2)
    weigh()
    parked = sum(not future.done() for future in futures)
    for future in futures:
        future.set_result(1)
    await step_aside(2)
    return parked


WORKS = {
    "switch": step_aside,
    "async-step": step_aside,
    "hand-off": hand_off,
    "create": create,
    "gather": gather_all,
    "tasks": crowd,
    "timer": timers,
    "cancel": cancel,
    "nested": nest_often,
    "resume": resume,
    "memory": park,
}


def run_round(row, n):
    """Do the row's work n times; return what it took in all, in ns or in bytes."""
    weights = []

    def weigh():
        if not tracemalloc.is_tracing():
            tracemalloc.start()
        gc.collect()
        weights.append(tracemalloc.get_traced_memory()[0])

    work = WORKS[row]
    start = time.perf_counter_ns()
    count = asyncio.run(work(n, weigh) if row == "memory" else work(n))
    elapsed = time.perf_counter_ns() - start
    tracemalloc.stop()
    return {"count": count, "amount": weights[1] - weights[0] if weights else elapsed}


def main():
    row = sys.argv[1]
    print(json.dumps({"version": platform.python_version()}), flush=True)
    for line in sys.stdin:
        print(json.dumps(run_round(row, int(line))), flush=True)


main()
