import { Reader, WireError } from '@polynas/core/wire';
import { MAX_FRAG } from './limits.ts';
import { PDU_HEADER_SIZE, pduHeader } from './pdu/header.ts';

/**
 * Cuts what is written to a pipe into PDUs. Clients write one at a time; the pipe takes parts of one, and several at once, too.
 * At most one incomplete fragment is kept.
 */
export class Fragments {
  private rest: Uint8Array = new Uint8Array(0);

  /** Whole fragments, as windows of `bytes` where they can be. Throws `WireError` on what is no PDU, or one that is too long. */
  *take(bytes: Uint8Array): Generator<Uint8Array> {
    if (bytes.length > MAX_FRAG) throw new WireError(`${bytes.length} octets at once`);
    let all = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    while (all.length >= PDU_HEADER_SIZE) {
      const { fragLength } = pduHeader.read(new Reader(all));
      if (fragLength > MAX_FRAG) throw new WireError(`fragment of ${fragLength} octets`);
      if (all.length < fragLength) break;
      yield all.subarray(0, fragLength);
      all = all.subarray(fragLength);
    }
    // A copy: the frame that it is a window of is not kept for it.
    this.rest = new Uint8Array(all);
  }
}
