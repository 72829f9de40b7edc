import { expect, it } from 'vitest';
import { copyBytes } from './copy-bytes.ts';

it.each([0, 1, 2, 65_536])(
  'copies %d bytes to their place, of shared memory and of other, and nothing else',
  (length) => {
    const from = Uint8Array.from({ length: length + 3 }, (_, index) => index % 251).subarray(3);
    for (const memory of [new ArrayBuffer(length + 7), new SharedArrayBuffer(length + 7)]) {
      const into = new Uint8Array(memory).fill(255);
      copyBytes(from, into, 5);
      expect(into).toEqual(Uint8Array.from([255, 255, 255, 255, 255, ...from, 255, 255]));
    }
  },
);
