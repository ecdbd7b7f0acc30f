"""The rows' work in Python's asyncio, and the answering of requests as `child.ts` does it.

Usage: python3 asyncio_rows.py [--uvloop] ROW; a line with a number of operations in, a line of JSON out.
With --rows it prints the names of its rows instead.
"""

import asyncio
import contextvars
import gc
import json
import platform
import sys
import threading
import time
import tracemalloc
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

GATHERED = 1_000
SWITCHES = 10
OUTSTANDING = 1_000
TIMERS_AN_ITERATION = 1_000
DEPTH = 20
GREAT_DEPTH = 200
CONTENDERS = 1_000
WAITERS = 10_000
ITEMS = 1_000
LIMITED_CALLS = 1_000
LIMIT = 10
LINE = 64
PIECE = 65_536


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


async def groups(n):
    done = 0

    def count(task):
        nonlocal done
        done += task.result()

    for _ in range(0, n, GATHERED):
        async with asyncio.TaskGroup() as group:
            for _ in range(GATHERED):
                group.create_task(one()).add_done_callback(count)
    return done


async def timeouts(n):
    done = 0
    for _ in range(n):
        async with asyncio.timeout(100):
            done += await step_aside(1)
    return done


async def fire_timers(n):
    loop = asyncio.get_running_loop()
    start = loop.time()
    all_fired = loop.create_future()
    fired = 0

    def ring(index):
        nonlocal fired
        if index == fired:
            fired += 1
        if index == n - 1:
            all_fired.set_result(fired)

    for i in range(n):
        loop.call_at(start + i * 1e-9, ring, i)
    return await all_fired


async def call_soon(n):
    loop = asyncio.get_running_loop()
    called = 0

    def call():
        nonlocal called
        called += 1

    for _ in range(0, n, TIMERS_AN_ITERATION):
        for _ in range(TIMERS_AN_ITERATION):
            loop.call_soon(call)
        await asyncio.sleep(0)
    return called


async def queue_hand_off(n):
    queue = asyncio.Queue(1)

    async def produce():
        for _ in range(n):
            await queue.put(1)

    producer = asyncio.create_task(produce())
    received = 0
    while received < n:
        received += await queue.get()
    await producer
    return received


async def queue_batches(n):
    queue = asyncio.Queue()
    received = 0
    while received < n:
        for _ in range(ITEMS):
            await queue.put(1)
        for _ in range(ITEMS):
            received += await queue.get()
    return received


async def acquire_often(guard, n):
    passed = 0
    for _ in range(n):
        await guard.acquire()
        passed += 1
        guard.release()
    return passed


async def contend(guard, n):
    passed = 0

    async def contender(times):
        nonlocal passed
        for _ in range(times):
            await guard.acquire()
            passed += 1
            await asyncio.sleep(0)
            guard.release()

    await asyncio.gather(*[contender(n // CONTENDERS) for _ in range(CONTENDERS)])
    return passed


async def lock(n):
    return await acquire_often(asyncio.Lock(), n)


async def lock_contended(n):
    return await contend(asyncio.Lock(), n)


async def semaphore(n):
    return await acquire_often(asyncio.Semaphore(LIMIT), n)


async def semaphore_contended(n):
    return await contend(asyncio.Semaphore(LIMIT), n)


async def limit(n):
    guard = asyncio.Semaphore(LIMIT)

    async def limited():
        async with guard:
            return await step_aside(1)

    done = 0
    for _ in range(0, n, LIMITED_CALLS):
        done += sum(await asyncio.gather(*[limited() for _ in range(LIMITED_CALLS)]))
    return done


async def broadcast(n):
    woken = 0
    for _ in range(0, n, WAITERS):
        event = asyncio.Event()
        tasks = [asyncio.create_task(event.wait()) for _ in range(WAITERS)]
        await step_aside(1)
        event.set()
        for task in tasks:
            woken += await task
    return woken


variable = contextvars.ContextVar("benchmark")


async def call_away(n):
    other = asyncio.new_event_loop()
    thread = threading.Thread(target=other.run_forever)
    thread.start()
    done = 0
    for _ in range(n):
        done += await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(one(), other))
    other.call_soon_threadsafe(other.stop)
    thread.join()
    other.close()
    return done


async def block(n):
    loop = asyncio.get_running_loop()

    def work():
        done = 0
        for _ in range(n):
            done += asyncio.run_coroutine_threadsafe(one(), loop).result()
        return done

    return await asyncio.to_thread(work)


async def use_context(n):
    read = 0
    for _ in range(n):
        variable.set(1)
        read += variable.get()
    return read


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


async def resume_flat(n):
    return await step_aside(n)


async def fire_batches(n):
    fired = 0
    for _ in range(0, n, TIMERS_AN_ITERATION):
        fired += await fire_timers(TIMERS_AN_ITERATION)
    return fired


async def resume(n):
    return await nest(DEPTH - 1, n)


async def resume_great(n):
    return await nest(GREAT_DEPTH - 1, n)


async def park_timers(n, weigh):
    loop = asyncio.get_running_loop()
    handles = [None] * n
    weigh()
    for i in range(n):
        handles[i] = loop.call_later(100 + i, ring)
    weigh()
    parked = sum(not handle.cancelled() for handle in handles)
    for handle in handles:
        handle.cancel()
    await step_aside(2)
    return parked


async def park_waiters(n, weigh):
    queue = asyncio.Queue()
    tasks = [None] * n
    weigh()
    for i in range(n):
        tasks[i] = asyncio.create_task(queue.get())
    await step_aside(2)
    weigh()
    for _ in range(n):
        queue.put_nowait(1)
    await step_aside(2)
    return n - queue.qsize()


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


def add(a, b):
    return a + b


# Kept between the rounds, as a program keeps its own.
POOLS = {}


def pool_of(kind):
    if kind not in POOLS:
        POOLS[kind] = kind(max_workers=1)
    return POOLS[kind]


async def jobs_one_by_one(kind, n):
    loop = asyncio.get_running_loop()
    done = 0
    for i in range(n):
        done += await loop.run_in_executor(pool_of(kind), add, i, 1 - i)
    return done


async def jobs_at_once(kind, n):
    loop = asyncio.get_running_loop()
    done = 0
    for _ in range(0, n, OUTSTANDING):
        jobs = [loop.run_in_executor(pool_of(kind), add, i, 1 - i) for i in range(OUTSTANDING)]
        for job in jobs:
            done += await job
    return done


async def answer(reader, writer):
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()


async def echo(n):
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    line = b"a" * (LINE - 1) + b"\n"
    done = 0
    for _ in range(n):
        writer.write(line)
        await writer.drain()
        done += len(await reader.readline()) // LINE
    writer.close()
    server.close()
    await server.wait_closed()
    return done


async def pour(n):
    async def send(_, writer):
        for _ in range(n):
            writer.write(piece)
            await writer.drain()
        writer.close()

    piece = bytes(PIECE)
    server = await asyncio.start_server(send, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    size = 0
    while data := await reader.read(PIECE):
        size += len(data)
    writer.close()
    server.close()
    await server.wait_closed()
    return size // PIECE


WORKS = {
    "echo": echo,
    "pour": pour,
    "job": lambda n: jobs_one_by_one(ThreadPoolExecutor, n),
    "jobs": lambda n: jobs_at_once(ThreadPoolExecutor, n),
    "child-job": lambda n: jobs_one_by_one(ProcessPoolExecutor, n),
    "child-jobs": lambda n: jobs_at_once(ProcessPoolExecutor, n),
    "switch": step_aside,
    "async-step": step_aside,
    "hand-off": hand_off,
    "create": create,
    "gather": gather_all,
    "group": groups,
    "tasks-1k": crowd,
    "tasks": crowd,
    "cancel": cancel,
    "timeout": timeouts,
    "timer": timers,
    "timers-fired": fire_timers,
    "call-soon": call_soon,
    "queue": queue_hand_off,
    "queue-batch": queue_batches,
    "lock": lock,
    "lock-contended": lock_contended,
    "semaphore": semaphore,
    "semaphore-contended": semaphore_contended,
    "limit": limit,
    "event": broadcast,
    "nested": nest_often,
    "resume-1": resume_flat,
    "timers-fired-1k": fire_batches,
    "resume": resume,
    "resume-200": resume_great,
    "context": use_context,
    "loop-call": call_away,
    "block": block,
}

MEMORY_WORKS = {
    "memory": park,
    "memory-timer": park_timers,
    "memory-waiter": park_waiters,
}


def start_loop(main, uses_uvloop):
    if not uses_uvloop:
        return asyncio.run(main)
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def run_round(row, n, uses_uvloop):
    """Do the row's work n times; return what it took in all, in ns or in bytes."""
    weights = []

    def weigh():
        if not tracemalloc.is_tracing():
            tracemalloc.start()
        gc.collect()
        weights.append(tracemalloc.get_traced_memory()[0])

    start = time.perf_counter_ns()
    main = MEMORY_WORKS[row](n, weigh) if row in MEMORY_WORKS else WORKS[row](n)
    count = start_loop(main, uses_uvloop)
    elapsed = time.perf_counter_ns() - start
    tracemalloc.stop()
    return {"count": count, "amount": weights[1] - weights[0] if weights else elapsed}


def main():
    if "--rows" in sys.argv:
        print(json.dumps([*WORKS, *MEMORY_WORKS]))
        return
    row = sys.argv[-1]
    uses_uvloop = "--uvloop" in sys.argv
    print(json.dumps({"version": platform.python_version()}), flush=True)
    for line in sys.stdin:
        print(json.dumps(run_round(row, int(line), uses_uvloop)), flush=True)


if __name__ == "__main__":
    main()
