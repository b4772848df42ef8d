# Random programs of six tasks that share a lock, an event and a queue, and are cancelled at random moments.
import asyncio

from trace import random_below, random_seed, run_in_no_time

TASKS, OPERATIONS, SEEDS, MOMENTS = 6, 8, 150, 60


class Program:
    def __init__(self, letters):
        numbers = [(letters[random_below(len(letters))], random_below(4)) for _ in range(TASKS * OPERATIONS)]
        self.operations = [numbers[i * OPERATIONS:(i + 1) * OPERATIONS] for i in range(TASKS)]
        self.moments = [random_below(4 * TASKS) for _ in range(MOMENTS)]
        self.lock, self.event, self.queue = asyncio.Lock(), asyncio.Event(), asyncio.Queue(random_below(4))

    async def operate(self, task, at):
        letter, rounds = self.operations[task][at]
        if letter == 'Y':
            await asyncio.sleep(0)
        elif letter == 'L':
            async with self.lock:
                print(task, at, 'l', None, 0)
                for _ in range(rounds):
                    await asyncio.sleep(0)
        elif letter == 'E':
            await self.event.wait()
        elif letter == 'e':
            self.event.set()
            if rounds % 2:
                self.event.clear()
        elif letter == 'P':
            await self.queue.put(task * 100 + at)
            return self.queue.qsize()
        elif letter == 'G':
            return await self.queue.get()
        elif letter == 'D':
            try:
                self.queue.task_done()
                return 1
            except ValueError:
                return 0
        elif letter == 'J':
            await self.queue.join()
        return 0

    async def work(self, task):
        for at in range(OPERATIONS):
            error, value = None, 0
            try:
                value = await self.operate(task, at)
            except asyncio.CancelledError:
                error = 'CancelledError'
                asyncio.current_task().uncancel()
            print(task, at, self.operations[task][at][0], error, value)

    async def main(self):
        tasks = [asyncio.create_task(self.work(i)) for i in range(TASKS)]
        for moment in self.moments:
            if moment < TASKS:
                print('cancel', moment, int(tasks[moment].cancel()))
            elif moment < 2 * TASKS:
                tasks[moment - TASKS].cancel()
                print('cancel and uncancel', moment - TASKS, tasks[moment - TASKS].uncancel())
            else:
                await asyncio.sleep(0)
        turn, left = 0, True
        while left:
            left = any(not task.done() for task in tasks)
            if turn % 3 == 0:
                for task in tasks:
                    task.cancel()
            turn += 1
            await asyncio.sleep(0)


for seed in range(SEEDS):
    letters = ('LLLY', 'EeY', 'PPGGDJY', 'LEPGDJeY')[seed % 4]
    print(letters, seed)
    random_seed(seed)
    run_in_no_time(Program(letters).main())
