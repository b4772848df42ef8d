"""What asyncio's operations cost: bench.c, empty_run.c and memory.c in Python, line by line.

Prints a line "name number" for each: nanoseconds, or bytes. With the argument `spin` it is the tight
loop that interrupt.js ends by two SIGINTs.
"""
import asyncio
import statistics
import sys
import threading
from time import perf_counter_ns

SHORTEST_NS = 5_000_000
MOST_ROUNDS, FEWEST_ROUNDS, LONGEST_NS = 9, 3, 300_000_000
DEPTH, IN_TURN, BATCH, SLEEPERS = 10_000, 100, 100, 100_000
PAGE = 4096

taken = 0


class Watch:
    def __enter__(self):
        self.begin = perf_counter_ns()

    def __exit__(self, *_):
        global taken
        taken = perf_counter_ns() - self.begin


async def nothing():
    pass


async def yield_once():
    await asyncio.sleep(0)


async def yield_often(n):
    for _ in range(n):
        await asyncio.sleep(0)


async def yield_(n):
    with Watch():
        await yield_often(n)


async def yield_100(n):
    with Watch():
        tasks = [asyncio.create_task(yield_often(n // IN_TURN)) for _ in range(IN_TURN)]
        for task in tasks:
            await task


async def call(n):
    with Watch():
        for _ in range(n):
            await nothing()


async def call_yield(n):
    with Watch():
        for _ in range(n):
            await yield_once()


async def link(depth, n):
    if depth > 1:
        await link(depth - 1, n)
        return
    with Watch():
        await yield_often(n)


async def chain(n):
    await link(DEPTH, n)


async def spawn_join(n):
    with Watch():
        for _ in range(n):
            await asyncio.create_task(nothing())


async def join_cancelled(task):
    try:
        await task
    except asyncio.CancelledError:
        pass


async def sleep_cancel(n):
    with Watch():
        for _ in range(n):
            task = asyncio.create_task(asyncio.sleep(3600))
            await asyncio.sleep(0)
            task.cancel()
            await join_cancelled(task)


async def call_soon(n):
    loop = asyncio.get_running_loop()
    with Watch():
        for i in range(n):
            loop.call_soon(int)
            if i % BATCH == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0)


async def call_later_cancel(n):
    loop = asyncio.get_running_loop()
    with Watch():
        for i in range(n):
            loop.call_later(3600, int).cancel()
            if i % BATCH == 0:
                await asyncio.sleep(0)


async def cancel_all(n):
    with Watch():
        tasks = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(n)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        for task in tasks:
            await join_cancelled(task)


async def lock(n):
    own = asyncio.Lock()
    with Watch():
        for _ in range(n):
            await own.acquire()
            own.release()


async def lock_contended(own, n):
    for _ in range(n):
        await own.acquire()
        await asyncio.sleep(0)
        own.release()


async def lock_handed(n):
    own = asyncio.Lock()
    with Watch():
        other = asyncio.create_task(lock_contended(own, n // 2))
        await lock_contended(own, n // 2)
        await other


async def put_often(own, n):
    for i in range(n):
        await own.put(i)


async def queue(n):
    own = asyncio.Queue(1)
    with Watch():
        other = asyncio.create_task(put_often(own, n))
        for _ in range(n):
            await own.get()
    await other


def empty_run(n):
    with Watch():
        for _ in range(n):
            asyncio.run(nothing())


def measure(name, run, n):
    """Doubles n until a round is long enough, then prints the median of some rounds."""
    rounds, spent = [], 0
    while len(rounds) < FEWEST_ROUNDS or (len(rounds) < MOST_ROUNDS and spent < LONGEST_NS):
        run(n)
        if taken < SHORTEST_NS:
            n *= 2
        else:
            rounds.append(taken / n)
            spent += taken
    print(f'{name} {statistics.median(rounds):.3f}', flush=True)


def resident():
    with open('/proc/self/statm') as file:
        return int(file.read().split()[1]) * PAGE


async def memory():
    before = resident()
    tasks = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(SLEEPERS)]
    await asyncio.sleep(0)
    print(f'sleeper_rss {(resident() - before) / len(tasks):.1f}', flush=True)


def deep_chain():
    """A chain of awaits nests in C too: it needs a thread with a stack for 10,000 of them."""
    sys.setrecursionlimit(3 * DEPTH)
    threading.stack_size(512 << 20)
    thread = threading.Thread(target=measure, args=('chain', lambda n: asyncio.run(chain(n)), 1))
    thread.start()
    thread.join()


def main():
    if sys.platform == 'linux':
        asyncio.run(memory())  # first: memory that was freed before would not show
    for body in (yield_, yield_100, call, call_yield, spawn_join, sleep_cancel, call_soon, call_later_cancel, lock,
                 lock_handed, queue):
        measure(body.__name__.rstrip('_'), lambda n, body=body: asyncio.run(body(n)), 100)
    measure('cancel_all', lambda n: asyncio.run(cancel_all(n)), SLEEPERS)
    measure('empty_run', empty_run, 10)
    deep_chain()


async def spin():
    print('spinning', flush=True)
    while True:
        pass


if sys.argv[1:] == ['spin']:
    asyncio.run(spin())
else:
    main()
