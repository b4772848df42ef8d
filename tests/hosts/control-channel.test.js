// The control channel by itself: whatever is sent, and whenever interrupts come, every byte arrives in
// order and every interrupt arrives once.
import assert from 'node:assert/strict';
import { read } from 'node:fs';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ControlChannel } from '../../web/commands/control-channel.js';

const [ETX, EOT, SYN] = [0x03, 0x04, 0x16];

/** What the program's side does: gives the data and how many interrupts came with it. */
class Decoder {
  data = [];
  interrupts = 0;
  ended = false;
  #escaped = false;

  take(bytes) {
    for (const byte of bytes) {
      if (this.#escaped) this.data.push(byte);
      else if (byte === ETX) this.interrupts++;
      else if (byte === EOT) this.ended = true;
      else if (byte !== SYN) this.data.push(byte);
      this.#escaped = !this.#escaped && byte === SYN;
    }
  }
}

async function receive(channel, decoder, sizeOf) {
  while (!decoder.ended) {
    const buffer = Buffer.alloc(sizeOf());
    const { bytesRead } = await promisify(read)(channel.readEnd, buffer, 0, buffer.length, null);
    decoder.take(buffer.subarray(0, bytesRead));
  }
}

/** Numbers that look random and are the same each time. */
function generator(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const alphabets = { 'only escapes': [ETX, EOT, SYN], mixed: [...Array(32).keys()], letters: [0x61, 0x62] };

for (const [name, alphabet] of Object.entries(alphabets)) {
  test(`interrupts overtake unread data and lose none: ${name}`, { timeout: 60_000 }, async () => {
    const next = generator(name.length);
    const data = Buffer.from(Array.from({ length: 300_000 }, () => alphabet[next(alphabet.length)]));
    const channel = ControlChannel.open();
    const decoder = new Decoder();
    const received = receive(channel, decoder, () => 1 + next(next(4) ? 50 : 20_000));
    const sent = channel.write(data).then(() => channel.end());
    let interrupts = 0;
    while (!decoder.ended) {
      await setImmediate();
      if (next(4) || channel.hasUnreadInterrupt()) continue;
      if (decoder.ended) break;
      channel.interrupt();
      interrupts++;
    }
    await Promise.all([sent, received]);
    const late = Number(channel.hasUnreadInterrupt());
    assert.deepEqual(Buffer.from(decoder.data), data);
    assert.equal(decoder.interrupts + late, interrupts);
    assert.ok(interrupts > 0);
    channel.close();
  });
}

test('an interrupt fits into a full channel', { timeout: 10_000 }, async () => {
  const channel = ControlChannel.open();
  const data = Buffer.alloc(1 << 20, 'x');
  const sent = channel.write(data).then(() => channel.end());
  await setImmediate();
  for (let i = 1; i <= 3; i++) channel.interrupt();
  assert.equal(channel.hasUnreadInterrupt(), true);
  const decoder = new Decoder();
  const first = Buffer.alloc(3);
  const { bytesRead } = await promisify(read)(channel.readEnd, first, 0, 3, null);
  assert.deepEqual(first.subarray(0, bytesRead), Buffer.of(ETX, ETX, ETX));
  assert.equal(channel.hasUnreadInterrupt(), false);
  await Promise.all([sent, receive(channel, decoder, () => 65536)]);
  assert.deepEqual(Buffer.from(decoder.data), data);
  channel.close();
});
