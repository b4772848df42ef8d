# Tasks that wait for tasks: cancellation goes down the chain, a value or an error comes up, to every one who waits.
import asyncio


async def sleep(how):
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError as error:
        print('leaf cancelled', error.args[0] if error.args else '-')
        if how == 'swallow':
            return 8
        if how == 'fail':
            raise ValueError
        raise


async def join(name, task):
    try:
        print(name, 'got', await task)
    except BaseException as error:
        print(name, 'failed', type(error).__name__)
        raise
    await asyncio.sleep(0)
    print(name, 'goes on', asyncio.current_task().cancelling())


async def case(how):
    leaf = asyncio.create_task(sleep(how))
    middle = asyncio.create_task(join('middle', leaf))
    top = asyncio.create_task(join('top', middle))
    beside = asyncio.create_task(join('beside', leaf))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    top.cancel('from above')
    await asyncio.wait([leaf, middle, top, beside])
    for task in (leaf, middle, top, beside):
        if not task.cancelled():
            task.exception()
        print(int(task.cancelled()), task.cancelling())


async def main():
    for how in ('pass on', 'swallow', 'fail'):
        print(how)
        await case(how)
    try:
        await asyncio.current_task()
    except RuntimeError as error:
        print(type(error).__name__)


asyncio.run(main())
