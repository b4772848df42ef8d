# Cleanup: innermost first, with awaits in it; an error that replaces the one before; a return through it.
import asyncio


async def inner(fails):
    try:
        await asyncio.sleep(3600)
    finally:
        print('inner cleans')
        await asyncio.sleep(0)
        print('inner clean')
        if fails:
            raise ValueError


async def outer(fails):
    try:
        await inner(fails)
    finally:
        print('outer cleans')
        await asyncio.sleep(0.001)
        print('outer clean')


async def give():
    try:
        return 4
    finally:
        await asyncio.sleep(0)
        print('given')


async def main():
    for fails in (False, True):
        task = asyncio.create_task(outer(fails))
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except BaseException as error:
            print('ended with', type(error).__name__, int(task.cancelled()))
    print('value', await give())


asyncio.run(main())
