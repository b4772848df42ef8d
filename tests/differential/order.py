# The order of tasks: first steps, yields, joins, the extra iteration after main.
import asyncio


async def worker(name, steps):
    for n in range(steps):
        print(name, n)
        await asyncio.sleep(0)
    return steps


async def main():
    tasks = [asyncio.create_task(worker(name, n + 1)) for n, name in enumerate('abc')]
    print('main')
    for task in tasks:
        print('joined', await task)
    asyncio.create_task(worker('late', 2))
    print('main ends')
    return 7


print('result', asyncio.run(main()))
