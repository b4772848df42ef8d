# The runner: a background task from run to run, stop(), errors, refusals, what close does.
# 3.14 refuses run() from inside in the same words; before it looked at the argument first, so the argument is good here.
import asyncio


async def tick():
    try:
        while True:
            print('tick')
            await asyncio.sleep(0)
    finally:
        print('ticker ends')


async def nothing():
    print('nothing')


async def fail():
    await asyncio.sleep(0)
    raise ValueError


async def stop():
    asyncio.get_running_loop().stop()
    try:
        await asyncio.sleep(3600)
    finally:
        print('stopper ends')


async def nested(runner):
    for run in (asyncio.run, runner.run):
        awaitable = nothing()
        try:
            run(awaitable)
        except RuntimeError:
            print('refused')
        awaitable.close()
    try:
        asyncio.get_running_loop().close()
    except RuntimeError:
        print('not closed')


def run(runner, main):
    try:
        runner.run(main)
        print('ran')
    except Exception as error:
        print(type(error).__name__)


runner = asyncio.Runner()
runner.close()
runner.get_loop().create_task(tick())
run(runner, nothing())
run(runner, nothing())
run(runner, fail())
run(runner, stop())
run(runner, nested(runner))
print('close')
runner.close()
runner.close()
run(runner, nothing())
