# What main leaves behind: cancelled, waited for, reported; in which order its own error and theirs count.
import asyncio

handler_lines = []


def report(loop, context):
    handler_lines.append(f"[{context['message']}] {type(context['exception']).__name__}")


async def clean(name, rounds):
    try:
        await asyncio.sleep(3600)
    finally:
        for _ in range(rounds):
            await asyncio.sleep(0)
        print(name, 'clean')


async def swallow():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print('swallowed')
    await asyncio.sleep(0.05)
    print('worked on')


async def fail():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        raise ValueError


async def leave_one():
    asyncio.create_task(clean('watched', 2)).add_done_callback(lambda task: print('watched is done'))
    await asyncio.sleep(0)


async def main(fails):
    asyncio.get_running_loop().set_exception_handler(report)
    asyncio.create_task(clean('three', 3))
    asyncio.create_task(clean('one', 1))
    tasks = [asyncio.create_task(swallow()), asyncio.create_task(fail())]
    await asyncio.sleep(0)
    print('main ends', len(tasks))
    if fails:
        raise KeyError
    return 123


def run(fails):
    try:
        print('gave', asyncio.run(main(fails)))
    except Exception as error:
        print('ended with', type(error).__name__)
    for line in handler_lines:
        print(line)
    handler_lines.clear()


run(False)
run(True)
asyncio.run(leave_one())
