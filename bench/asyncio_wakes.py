"""How soon asyncio hears: wakes.c in Python, line by line. Prints lines "name nanoseconds"."""
import asyncio
import signal
import statistics
import threading
import time

TIMES, PAUSE = 1000, 150e-6


class Sender:
    """A thread that disturbs a loop that waits, as sender.h does."""

    def __init__(self, send):
        self.armed, self.calls, self.arrivals = 0, [], []
        self.thread = threading.Thread(target=self.run, args=(send,))
        self.thread.start()

    def run(self, send):
        for i in range(TIMES):
            while self.armed <= i:
                time.sleep(10e-6)
            time.sleep(PAUSE)
            self.began = time.perf_counter_ns()
            send()
            self.calls.append(time.perf_counter_ns() - self.began)

    def arrived(self):
        self.arrivals.append(time.perf_counter_ns() - self.began)
        return len(self.arrivals) < TIMES


async def wait_for_interrupt(sender):
    try:
        sender.armed += 1
        await asyncio.Event().wait()
    finally:
        sender.arrived()


def interrupts():
    # To the main thread itself: a SIGINT that the kernel gives to another one does not wake asyncio's loop.
    main = threading.main_thread().ident
    sender = Sender(lambda: signal.pthread_kill(main, signal.SIGINT))
    with asyncio.Runner() as runner:
        while len(sender.arrivals) < TIMES:
            try:
                runner.run(wait_for_interrupt(sender))
            except KeyboardInterrupt:
                pass
    sender.thread.join()
    print(f'interrupt {statistics.median(sender.arrivals):.0f}', flush=True)


async def calls():
    loop = asyncio.get_running_loop()
    arrived = None

    def note():
        sender.arrived()
        arrived.set_result(None)

    sender = Sender(lambda: loop.call_soon_threadsafe(note))
    while len(sender.arrivals) < TIMES:
        arrived = loop.create_future()
        sender.armed += 1
        await arrived
    sender.thread.join()
    print(f'thread_call {statistics.median(sender.calls):.0f}')
    print(f'thread_wake {statistics.median(sender.arrivals):.0f}', flush=True)


interrupts()
asyncio.run(calls())
