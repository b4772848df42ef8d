# Random programs of tasks that wait for each other in every way there is, fail, and are cancelled at any moment.
import asyncio

from trace import name_of, random_below, random_seed, run_in_no_time, wait_for

TASKS, DEPTH, MOMENTS, SEEDS = 20, 3, 20, 500
ENDS = (asyncio.ALL_COMPLETED, asyncio.FIRST_COMPLETED, asyncio.FIRST_EXCEPTION)


def tell(me, what, error, value):
    print(me, what, name_of(error), value, asyncio.current_task().cancelling())


def outcome(result):
    return name_of(result) if isinstance(result, BaseException) else result


class Program:
    def __init__(self, letters):
        self.letters, self.tasks = letters, []

    def number(self):
        self.tasks.append(None)
        return len(self.tasks) - 1

    def spawn(self, depth):
        number = self.number()
        self.tasks[number] = asyncio.create_task(self.work(number, depth))

    def cancel_any(self, me, takes_back=False):
        victim = random_below(len(self.tasks))
        if self.tasks[victim]:
            print(me, 'cancels', victim, int(self.tasks[victim].cancel()))
            if takes_back:
                self.tasks[victim].uncancel()

    def pick(self, me, depth, done):
        """Somebody who cannot wait for `me`, or None."""
        younger = random_below(2 * (len(self.tasks) - me))
        other = self.tasks[me + younger] if 0 < younger < len(self.tasks) - me else None
        if other and (done or not other.done()):
            print(me, 'picks', me + younger)
            return other
        if len(self.tasks) == TASKS or depth == DEPTH:
            return None
        self.spawn(depth + 1)
        return self.tasks[-1]

    def pick_many(self, me, depth, done):
        picked = [self.pick(me, depth, done) for _ in range(1 + random_below(4))]
        return [one for one in picked if one]

    async def complete(self, me, targets):
        limit, cancelling = random_below(6), asyncio.current_task().cancelling()
        for one in asyncio.as_completed(targets, timeout=limit if limit < 5 else None):
            error, value = None, 0
            try:
                value = await one
            except (Exception, asyncio.CancelledError) as caught:
                error = caught
            tell(me, 'next', error, value)
            if isinstance(error, asyncio.CancelledError) and asyncio.current_task().cancelling() > cancelling:
                return 1
        return 0

    async def step(self, me, letter, depth):
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
        elif letter == 'J':
            if target := self.pick(me, depth, True):
                return await target
        elif letter == 'H':
            if target := self.pick(me, depth, True):
                return await asyncio.shield(target)
        elif letter == 'h':
            if len(self.tasks) < TASKS:
                return await asyncio.shield(self.work(self.number(), depth + 1))
        elif letter == 'L':
            if target := self.pick(me, depth, True):
                return await wait_for(target, random_below(5))
        elif letter == 'G':
            if targets := self.pick_many(me, depth, False):
                results = await asyncio.gather(*targets, return_exceptions=bool(random_below(2)))
                print(me, 'gathered', *map(outcome, results))
        elif letter == 'g':
            if len(self.tasks) + 2 <= TASKS:
                calls = [self.work(self.number(), depth + 1) for _ in range(2)]
                results = await asyncio.gather(*calls, return_exceptions=bool(random_below(2)))
                print(me, 'gathered', *map(outcome, results))
        elif letter == 'W':
            if targets := self.pick_many(me, depth, True):
                until, limit = ENDS[random_below(3)], random_below(6)
                done, left = await asyncio.wait(targets, timeout=limit if limit < 5 else None, return_when=until)
                return len(done)
        elif letter == 'A':
            await asyncio.sleep(0)
            if targets := self.pick_many(me, depth, False):
                return await self.complete(me, targets)
        return 0

    async def steps(self, me, depth):
        for _ in range(1 + random_below(5)):
            letter, error, value = self.letters[random_below(len(self.letters))], None, 0
            if random_below(4) > 0:
                try:
                    value = await self.step(me, letter, depth)
                except (Exception, asyncio.CancelledError) as caught:
                    error = caught
            else:
                value = await self.step(me, letter, depth)
            tell(me, letter, error, value)

    async def work(self, me, depth):
        try:
            await self.steps(me, depth)
        except (Exception, asyncio.CancelledError) as error:
            tell(me, 'ends', error, 0)
            how = random_below(4)
            if how == 1:
                raise LookupError
            if how == 2:
                try:
                    await asyncio.sleep(random_below(3))
                    tell(me, 'cleaned', None, 0)
                except asyncio.CancelledError as again:
                    tell(me, 'cleaned', again, 0)
            if how > 0:
                raise error
        return me

    async def main(self):
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        for _ in range(3):
            self.spawn(0)
        for _ in range(MOMENTS):
            what = random_below(4)
            if what == 0:
                self.cancel_any('main')
            else:
                await asyncio.sleep(what // 3)
        while len(asyncio.all_tasks()) > 1:
            await asyncio.sleep(1)
        for number, task in enumerate(self.tasks):
            if task:
                print(number, 'cancelled' if task.cancelled() else name_of(task.exception()), task.cancelling())


for seed in range(SEEDS):
    letters = ('YSSCFGGgV', 'YSSCFWWV', 'YSSCFAA', 'YSSCFHHhJLV', 'YSSCFGWAHJL')[seed % 5]
    print(letters, seed)
    random_seed(seed)
    run_in_no_time(Program(letters).main())
