# Interrupts: the first cancels main, callbacks that are ready run first, the second ends the run; who counts how.
import asyncio
import signal


def interrupt():
    print('interrupt')
    signal.raise_signal(signal.SIGINT)


def run(main):
    with asyncio.Runner() as runner:
        try:
            print('gave', runner.run(main))
        except BaseException as error:
            print('ended with', type(error).__name__)
        print('closing')


async def wait(swallow, times):
    loop = asyncio.get_running_loop()
    loop.call_soon(interrupt)
    loop.call_soon(print, 'ready')
    for n in range(times):
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            print('cancelled', asyncio.current_task().cancelling())
            if n + 1 < times:
                loop.call_soon(interrupt)
            elif not swallow:
                raise
    print('swallowed')
    return 3


async def compute(fails):
    signal.raise_signal(signal.SIGINT)
    if fails:
        raise ValueError
    return 1


async def cancelled_too():
    task = asyncio.current_task()

    def cancel():
        task.cancel()
        interrupt()
    asyncio.get_running_loop().call_soon(cancel)
    await asyncio.sleep(3600)


async def child():
    try:
        await asyncio.sleep(3600)
    finally:
        print('child cleans')


async def join():
    await asyncio.create_task(child())


async def main_with_child():
    asyncio.get_running_loop().call_later(0.001, interrupt)
    await join()


run(wait(False, 1))
run(wait(True, 1))
run(wait(True, 2))
run(compute(False))
run(compute(True))
run(cancelled_too())
run(main_with_child())
