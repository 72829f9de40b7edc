import type { ObjectReader } from '@polynas/core/service';
import type { PayloadBuffers } from '@polynas/core/wire';
import type { ReplySource } from './reply.ts';

/** Up to so many bytes the service gives in a buffer of its own, without a thread hop. */
const ownBuffer = 65_536;

/**
 * An object's bytes from `start` on, for an answer; closes the reader. What it gives is the socket's before it is asked again, so that all of
 * an object goes through one buffer.
 */
export function objectSource(payloads: PayloadBuffers, reader: ObjectReader, start: number): ReplySource {
  let offset = start;
  let buffer: Uint8Array | undefined;
  let reading = false;
  return {
    async read(maximum) {
      if (maximum > ownBuffer && (buffer === undefined || buffer.length < maximum)) {
        if (buffer !== undefined) payloads.give(buffer);
        buffer = payloads.take(maximum);
      }
      reading = true;
      const bytes = await reader.read(offset, maximum, buffer);
      reading = false;
      offset += bytes.length;
      return bytes;
    },
    async close() {
      // One whose read has failed may still be written to by a thread: it is left to the garbage collector.
      if (buffer !== undefined && !reading) payloads.give(buffer);
      buffer = undefined;
      await reader.close();
    },
  };
}
