# Cancellation: before the first step, of oneself, twice, swallowed, of something done; counts and messages.
# 3.13 and later forget a pending cancellation when uncancel() reaches 0, as Corun does; nothing here depends on it.
import asyncio


async def sleep_long(name):
    print(name, 'begins')
    await asyncio.sleep(3600)


async def cancel_itself(fails):
    asyncio.current_task().cancel()
    if fails:
        raise ValueError
    return 5


async def swallow():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print('swallowed', asyncio.current_task().cancelling())
    print('uncancel', asyncio.current_task().uncancel())
    await asyncio.sleep(0)
    return 6


def tell(name, task):
    error = None if task.cancelled() else task.exception()
    result = None if task.cancelled() or error else task.result()
    print(name, 'cancelled' if task.cancelled() else type(error).__name__.replace('NoneType', 'None'), result or 0, task.cancelling())


async def watch(name, task):
    await asyncio.wait([task])
    tell(name, task)


async def main():
    task = asyncio.create_task(sleep_long('unborn'))
    print('cancel', int(task.cancel()))
    await watch('unborn', task)
    print('cancel again', int(task.cancel()))
    await watch('self', asyncio.create_task(cancel_itself(False)))
    await watch('self and fail', asyncio.create_task(cancel_itself(True)))
    task = asyncio.create_task(sleep_long('twice'))
    await asyncio.sleep(0)
    task.cancel('one')
    task.cancel('two')
    await watch('twice', task)
    task = asyncio.create_task(swallow())
    await asyncio.sleep(0)
    task.cancel()
    await watch('swallower', task)


asyncio.run(main())
