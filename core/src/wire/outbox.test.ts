import { describe, expect, it } from 'vitest';
import { TestClock } from '../test/clock.ts';
import { Outbox, type OutboxParts } from './outbox.ts';

class TestOutbox extends Outbox {
  add(bytes: Uint8Array, release?: () => void): void {
    this.writer.attach(bytes);
    if (release !== undefined) this.afterSent(release);
    this.encoded(bytes.length);
  }
}

function bench(): {
  readonly outbox: TestOutbox;
  readonly written: Uint8Array[][];
  readonly taken: (() => void)[];
  readonly log: string[];
  held: number;
} {
  const written: Uint8Array[][] = [];
  const taken: (() => void)[] = [];
  const log: string[] = [];
  let corked = false;
  const socket: OutboxParts['socket'] = {
    write(bytes, done) {
      if (corked) written.at(-1)!.push(bytes);
      else written.push([bytes]);
      if (done !== undefined) taken.push(done);
    },
    cork() {
      written.push([]);
      corked = true;
    },
    uncork() {
      corked = false;
    },
  };
  const made = {
    written,
    taken,
    log,
    held: 0,
    outbox: new TestOutbox({
      socket,
      clock: new TestClock(),
      capacity: 64,
      account: { take: (bytes) => void (made.held += bytes), give: (bytes) => void (made.held -= bytes) },
      onSent: () => void log.push('sent'),
    }),
  };
  return made;
}

const small = Buffer.alloc(10, 1);
const large = Buffer.alloc(5000, 2);

describe('outbox', () => {
  it('sends what was gathered together, and counts it until the peer has taken it', () => {
    const made = bench();
    made.outbox.add(small);
    made.outbox.add(large, () => void made.log.push('released'));
    expect([made.outbox.gathered, made.outbox.unsent, made.held]).toEqual([5010, 5010, 5010]);
    made.outbox.flush();
    made.outbox.flush();
    expect(made.written).toEqual([[small, large]]);
    expect([made.outbox.gathered, made.outbox.unsent]).toEqual([0, 5010]);
    made.taken[0]!();
    expect([made.outbox.unsent, made.held, made.log]).toEqual([0, 0, ['released', 'sent']]);
  });

  it('sends at once what is alone or much, else at the end of the turn', async () => {
    const made = bench();
    const flushed = (): void => void made.log.push('flushed');
    made.outbox.add(small);
    made.outbox.flushSoon(false, flushed);
    made.outbox.add(small);
    made.outbox.flushSoon(false, flushed);
    expect(made.written).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(made.written).toEqual([[Buffer.concat([small, small])]]);
    made.outbox.add(small);
    made.outbox.flushSoon(true, flushed);
    made.outbox.flushSoon(false, flushed);
    expect(made.written).toHaveLength(2);
    expect(made.log).toEqual(['flushed', 'flushed', 'flushed']);
    made.outbox.add(Buffer.alloc(256 * 1024));
    expect(made.written).toHaveLength(3);
  });

  it('gives back what a connection that is gone never sent', () => {
    const made = bench();
    made.outbox.add(large, () => void made.log.push('released'));
    made.outbox.discard();
    expect([made.written, made.outbox.unsent, made.held, made.log]).toEqual([[], 0, 0, ['released', 'sent']]);
  });
});
