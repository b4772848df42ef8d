# SystemExit and KeyboardInterrupt raised by tasks leave the loop at once; close cancels what is left.
import asyncio


async def raise_it(error):
    print('raises')
    raise error


async def clean(name):
    try:
        await asyncio.sleep(3600)
    finally:
        print(name, 'cleans')


async def main(error):
    task = asyncio.create_task(raise_it(error))
    asyncio.get_running_loop().call_soon(print, 'queued')
    try:
        await clean('main')
    finally:
        print('child', type(task.exception()).__name__)


def run(main):
    runner = asyncio.Runner()
    try:
        print('gave', runner.run(main))
    except SystemExit as error:
        print('exit', error.code)
    except BaseException as error:
        print('ended with', type(error).__name__)
    print('close')
    runner.close()


async def exit_itself():
    raise SystemExit(4)


run(main(SystemExit(3)))
run(main(KeyboardInterrupt()))
run(exit_itself())
