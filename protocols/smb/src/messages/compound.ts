import { type Gathered, type Reader, WireError, type Writer } from '@polynas/core/wire';
import { type Codec, HEADER_SIZE } from './codec.ts';
import { type Header, header } from './header.ts';

/** Bytes from a header's start to its NextCommand. */
const NEXT_COMMAND_OFFSET = 20;

/** One message of a frame, `[start, end)` in bytes from the frame's buffer start; a compound's padding belongs to it. */
export interface MessageSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts the frame `[start, end)` into its messages along NextCommand (MS-SMB2 2.2.1.2, 3.3.5.2.7): each at a multiple of
 * 8 behind the one before. Leaves the reader somewhere in the frame.
 *
 * @param limit messages that a compound may have
 */
export function messageSpans(r: Reader, start: number, end: number, limit: number): readonly MessageSpan[] {
  const spans: MessageSpan[] = [];
  for (let at = start; ;) {
    if (spans.length === limit) throw new WireError(`compound of more than ${limit} messages`);
    const next = r.frame(at, end).seek(NEXT_COMMAND_OFFSET).u32le();
    if (next === 0) {
      if (end - at < HEADER_SIZE) throw new WireError('message shorter than its header');
      spans.push({ start: at, end });
      return spans;
    }
    if (next % 8 !== 0 || next < HEADER_SIZE || next > end - at) throw new WireError(`NextCommand ${next}`);
    spans.push({ start: at, end: at + next });
    at += next;
  }
}

/**
 * Encodes one message by itself, so that it can be signed by itself; the Writer must be empty. Where another message
 * follows, it is padded to a multiple of 8, which belongs to what is signed, and NextCommand is set (MS-SMB2 3.3.4.1.3).
 *
 * @param follows whether another message of the compound follows
 * @param padded whether it is padded; Windows does so with a compound's last response as well
 * @returns parts of which the first holds the whole header
 */
export function encodeMessage<T>(
  w: Writer,
  head: Header,
  codec: Codec<T>,
  body: T,
  follows: boolean,
  padded: boolean = follows,
): Gathered {
  header.write(w, head);
  codec.write(w, body);
  if (padded) w.align(8);
  const message = w.finish();
  const first = message.parts[0]!;
  if (follows) new DataView(first.buffer, first.byteOffset).setUint32(NEXT_COMMAND_OFFSET, message.length, true);
  return message;
}
