import { TestClock } from '@polynas/core/testing';
import { expect, it } from 'vitest';
import { FrameOutbox } from './outbox.ts';

const frame = { parts: [new Uint8Array(6).fill(7)], length: 6 };
const framed = [0, 0, 0, 6, 7, 7, 7, 7, 7, 7];

it('sends each frame behind its length, and a long burst in several writes while it is worked on', () => {
  const written: number[][] = [];
  const outbox = new FrameOutbox({
    socket: { write: (bytes) => void written.push([...bytes]), cork: () => undefined, uncork: () => undefined },
    account: { take: () => undefined, give: () => undefined },
    clock: new TestClock(),
    onSent: () => undefined,
  });
  for (let count = 0; count < 3; count++) outbox.add(frame);
  expect(written).toEqual([]);
  outbox.add(frame);
  expect(written).toEqual([[...framed, ...framed, ...framed, ...framed]]);
  outbox.add(frame);
  outbox.flush();
  for (let count = 0; count < 3; count++) outbox.add(frame);
  expect(written.slice(1)).toEqual([framed]);
});
