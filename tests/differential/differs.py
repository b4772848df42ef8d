# What Corun does otherwise on purpose; tests/differential.test.js says where, and why.
import asyncio
import signal


def run(name, main):
    print(name)
    try:
        asyncio.run(main)
        print('ran')
    except BaseException as error:
        print('ended with', type(error).__name__)


async def late():
    print('late begins')
    await asyncio.sleep(3600)
    print('late ends')


async def spawn_in_cleanup():
    try:
        await asyncio.sleep(3600)
    finally:
        asyncio.create_task(late())


async def fail():
    raise ValueError


async def fail_in_cleanup():
    try:
        await asyncio.sleep(3600)
    finally:
        print('cleans')
        await fail()
        print('the rest of the cleanup')


async def interrupt_in_cleanup():
    try:
        await asyncio.sleep(3600)
    finally:
        signal.raise_signal(signal.SIGINT)
        print('the rest of the step')


# The reports are not compared: asyncio's come when the garbage collector does.
async def leave(task):
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    asyncio.create_task(task)
    await asyncio.sleep(0)


def interrupt():
    print('callback')
    signal.raise_signal(signal.SIGINT)
    print('the rest of the callback')


async def be_interrupted_twice():
    loop = asyncio.get_running_loop()
    loop.call_soon(interrupt)
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        loop.call_soon(interrupt)
    try:
        await asyncio.sleep(3600)
    finally:
        print('cancelled in close')


run('a task spawned during close', leave(spawn_in_cleanup()))
run('a failing await in the cleanup', leave(fail_in_cleanup()))
run('a second interrupt in a callback', be_interrupted_twice())
run('an interrupt during close', leave(interrupt_in_cleanup()))
