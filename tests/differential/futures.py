# Futures: who waits goes on in order, done callbacks are scheduled, cancelling one reaches all; errors.
import asyncio


async def wait(name, future):
    try:
        print(name, 'got', await future)
    except BaseException as error:
        print(name, 'failed', type(error).__name__)


def done(future):
    print('callback', 'cancelled' if future.cancelled() else 'done')


def removed(future):
    print('never')


async def finish(how):
    future = asyncio.get_running_loop().create_future()
    future.add_done_callback(done)
    future.add_done_callback(removed)
    tasks = [asyncio.create_task(wait(name, future)) for name in ('first', 'second')]
    await asyncio.sleep(0)
    future.add_done_callback(removed)
    print('removed', future.remove_done_callback(removed))
    future.add_done_callback(done)
    how(future)
    print('over', int(future.done()), int(future.cancelled()))
    try:
        future.set_result(2)
    except asyncio.InvalidStateError as error:
        print(type(error).__name__)
    print('cancel', int(future.cancel()))
    for task in tasks:
        await task
    future.add_done_callback(done)
    print('added late')
    await asyncio.sleep(0)


async def main():
    await finish(lambda future: future.set_result(1))
    await finish(lambda future: future.set_exception(ValueError()))
    await finish(lambda future: future.cancel())


asyncio.run(main())
