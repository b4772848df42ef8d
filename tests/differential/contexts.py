# Context variables: what tasks and callbacks inherit, what they set, what stays from run to run of a runner.
import asyncio
from contextvars import ContextVar

word = ContextVar('word', default='none')


def callback(own):
    print('callback sees', word.get())
    word.set(own)


async def child(own):
    print('child sees', word.get())
    word.set(own)
    asyncio.get_running_loop().call_soon(callback, 'from callback')
    await asyncio.sleep(0)
    print('child has', word.get())


async def main(name):
    print(name, 'finds', word.get())
    word.set('one')
    first = asyncio.create_task(child('from first'))
    token = word.set('two')
    second = asyncio.create_task(child('from second'))
    word.set('three')
    await first
    await second
    print(name, 'has', word.get())
    word.reset(token)
    print(name, 'reset to', word.get())
    word.set(name)


word.set('outside')
with asyncio.Runner() as runner:
    runner.get_loop()
    word.set('outside, later')
    runner.run(main('first run'))
    runner.run(main('second run'))
print('outside', word.get())
