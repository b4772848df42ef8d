# Random programs of tasks that open groups and timeouts within each other, fail, and are cancelled at any moment.
import asyncio

from trace import TaskGroup, name_of, random_below, random_seed, run_in_no_time, wait_for

TASKS, DEPTH, MOMENTS, SEEDS = 24, 3, 24, 600


def tell(me, what, error):
    print(me, what, name_of(error), asyncio.current_task().cancelling())


class Program:
    def __init__(self, letters):
        self.letters, self.tasks = letters, []

    def spawn(self, group, depth):
        number = len(self.tasks)
        if number == TASKS:
            return
        work = self.work(number, group, depth)
        try:
            self.tasks.append((group or asyncio).create_task(work))
        except RuntimeError as error:
            work.close()
            tell(number, 'refused', error)

    def cancel_any(self, me, takes_back=False):
        victim = random_below(len(self.tasks))
        print(me, 'cancels', victim, int(self.tasks[victim].cancel()))
        if takes_back:
            self.tasks[victim].uncancel()

    async def grouped(self, me, limit, depth):
        group, left = TaskGroup(), None
        try:
            async with group:
                try:
                    for _ in range(1 + random_below(3)):
                        self.spawn(group, depth)
                    await self.steps(me, group, limit, depth)
                except BaseException as error:
                    left = error
                    raise
                finally:
                    tell(me, 'leaves', left)
                    left = None
        except BaseException as error:
            left = error
            raise
        finally:
            tell(me, 'closed', left)
            for error in getattr(left, 'exceptions', ()):
                tell(me, 'error', error)

    async def limited(self, me, group, limit, depth):
        left = None
        try:
            async with limit:
                try:
                    await self.steps(me, group, limit, depth)
                except BaseException as error:
                    left = error
                    raise
                finally:
                    tell(me, 'expired' if limit.expired() else 'in time', left)
                    left = None
        except BaseException as error:
            left = error
            raise
        finally:
            tell(me, 'expired' if limit.expired() else 'in time', left)

    def reschedule(self, me, limit):
        after = random_below(6)
        when = asyncio.get_running_loop().time() + after - 1 if after < 5 else None
        try:
            limit.reschedule(when)
            tell(me, f'until {float("inf") if when is None else when}', None)
        except RuntimeError as error:
            tell(me, 'reschedule', error)

    async def step(self, me, letter, group, limit, depth):
        if letter in 'GTEW' and depth == DEPTH:
            letter = 'S'
        if letter == 'Y':
            await asyncio.sleep(0)
        elif letter == 'S':
            await asyncio.sleep(random_below(5))
        elif letter == 'F':
            raise ValueError if random_below(2) else KeyError
        elif letter == 'C':
            self.cancel_any(me)
        elif letter == 'V':
            self.cancel_any(me, True)
        elif letter == 'U':
            asyncio.current_task().uncancel()
        elif letter == 'P' and group:
            self.spawn(group, depth)
        elif letter == 'G':
            await self.grouped(me, limit, depth + 1)
        elif letter == 'T':
            after = random_below(8)
            await self.limited(me, group, asyncio.timeout(after - 1 if after < 7 else None), depth + 1)
        elif letter == 'E' and limit:
            await self.limited(me, group, asyncio.timeout_at(limit.when()), depth + 1)
        elif letter == 'R' and limit:
            self.reschedule(me, limit)
        elif letter == 'W':
            await wait_for(self.steps(me, group, limit, depth + 1), random_below(5))

    async def steps(self, me, group, limit, depth):
        for _ in range(1 + random_below(4)):
            letter, error = self.letters[random_below(len(self.letters))], None
            if random_below(3) > 0:
                try:
                    await self.step(me, letter, group, limit, depth)
                except (Exception, asyncio.CancelledError) as caught:
                    error = caught
            else:
                await self.step(me, letter, group, limit, depth)
            tell(me, letter, error)

    async def work(self, me, group, depth):
        try:
            await self.steps(me, group, None, depth)
            tell(me, 'ends', None)
        except (Exception, asyncio.CancelledError) as error:
            tell(me, 'ends', error)
            how = random_below(5)
            if how == 0:
                return
            if how == 1:
                raise LookupError
            if how == 2:
                try:
                    await asyncio.sleep(random_below(3))
                    tell(me, 'cleaned', None)
                except asyncio.CancelledError as again:
                    tell(me, 'cleaned', again)
            raise error

    async def main(self):
        for _ in range(3):
            self.spawn(None, 0)
        for _ in range(MOMENTS):
            what = random_below(4)
            if what == 0:
                self.cancel_any('main')
            else:
                await asyncio.sleep(what // 3)
        for task in self.tasks:
            while not task.done():
                await asyncio.sleep(1)
        for number, task in enumerate(self.tasks):
            print(number, 'cancelled' if task.cancelled() else name_of(task.exception()), task.cancelling())


for seed in range(SEEDS):
    letters = ('YSSCFUGGP', 'YSSSCUTTTERW', 'YSSSCFUGGPTTERWV')[seed % 3]
    print(letters, seed)
    random_seed(seed)
    run_in_no_time(Program(letters).main())
