# What the programs of this folder share, as trace.h: random numbers, a run in which time jumps, and asyncio's
# rules of today where this Python is older.
import asyncio
import sys

state = 0


def random_seed(seed):
    global state
    state = seed


def random_below(n):
    global state
    state = (state * 1664525 + 1013904223) & 0xffffffff
    return (state >> 16) % n


def name_of(error):
    return 'None' if error is None else type(error).__name__


class Task(asyncio.tasks._PyTask):
    """Forgets a cancellation that is on its way when the last request is taken back, as 3.13 and later do."""

    def uncancel(self):
        left = super().uncancel()
        if left == 0:
            self._must_cancel = False
        return left


class Loop(asyncio.SelectorEventLoop):
    """Its time, in whole seconds, jumps to the next deadline when nothing is ready. Equal deadlines are due in the
    order in which they were armed, where asyncio has none."""

    def __init__(self):
        super().__init__()
        self.now, self.armed = 0, 0
        self._selector.select = self.jump
        if sys.version_info < (3, 13):
            self.set_task_factory(lambda loop, main, **options: Task(main, loop=loop, **options))

    def jump(self, seconds):
        assert seconds is not None, 'every task waits and nothing can wake one'
        self.now = round(self.now + seconds)
        return []

    def time(self):
        return self.now

    def call_at(self, when, *args, **options):
        self.armed += 1
        return super().call_at(when + self.armed * 2 ** -44, *args, **options)


def run_in_no_time(main):
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(main)


class Ordered(dict):
    """A set that keeps the order in which things were added."""

    def add(self, key):
        self[key] = True

    def discard(self, key):
        self.pop(key, None)


class TaskGroup(asyncio.TaskGroup):
    """Cancels its tasks in the order in which they were made, where asyncio has none."""

    def __init__(self):
        super().__init__()
        self._tasks = Ordered()

    if sys.version_info < (3, 13):
        async def __aexit__(self, *error):
            """Takes its cancellation back in the end, and asks for another's again, as 3.13 and later do."""
            parent, early = self._parent_task, self._parent_cancel_requested
            self._parent_cancel_requested = False
            try:
                return await super().__aexit__(*error)
            except ExceptionGroup:
                if early or self._parent_cancel_requested:
                    parent.uncancel()
                if parent.cancelling():
                    parent.uncancel()
                    parent.cancel()
                raise


async def wait_for(awaitable, seconds):
    """asyncio's, which awaits in the task that calls it since 3.12."""
    if sys.version_info >= (3, 12) or (seconds is not None and seconds <= 0):
        return await asyncio.wait_for(awaitable, seconds)
    async with asyncio.timeout(seconds):
        return await awaitable
