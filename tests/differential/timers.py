# Callbacks and timers: the order inside an iteration, the past, handles that are cancelled, a sleeper beside them.
import asyncio


def chain(loop, n):
    print('chain', n)
    if n > 0:
        loop.call_soon(chain, loop, n - 1)


async def sleeper():
    await asyncio.sleep(0.2)
    print('sleeper')


async def main():
    loop = asyncio.get_running_loop()
    loop.call_later(0.6, print, 'later 30')
    loop.call_later(0.4, print, 'later 20')
    asyncio.create_task(sleeper())
    loop.call_at(loop.time() - 2, print, 'past 2')
    loop.call_later(-1, print, 'past 1')
    loop.call_later(0, print, 'later 0')
    loop.call_soon(print, 'soon')
    never = loop.call_later(0.1, print, 'never')
    soon = loop.call_soon(print, 'never either')
    never.cancel()
    soon.cancel()
    soon.cancel()
    loop.call_soon(chain, loop, 3)
    await asyncio.sleep(0)
    print('yielded')
    await asyncio.sleep(0)
    print('yielded again')
    await asyncio.sleep(1.0)
    print('slept')
    loop.call_later(3600, print, 'dropped')


asyncio.run(main())
