import { createHmac } from 'node:crypto';
import type { FileRef } from '@polynas/core/service';
import { SipHash } from './siphash.ts';

/** Bytes of a handle; NFSv3 allows 64 (RFC 1813 §2.4, NFS3_FHSIZE). */
export const HANDLE_BYTES = 40;

const VERSION = 1;
const SHARE_AT = 4;
const ID_AT = 8;
const MAC_AT = 24;
const MAX_ID = 2n ** 128n;

/**
 * File handles: version, three zero bytes, share id (u32), file id (16 bytes, big-endian), MAC of all that (16 bytes). Nothing in
 * it changes over a restart, and nobody without the head's key can make one: a handle stands for having looked the file up.
 */
export class FileHandles {
  private readonly mac: SipHash;
  private readonly bytes = new Uint8Array(HANDLE_BYTES);
  private readonly view = new DataView(this.bytes.buffer);
  private readonly expected = new DataView(new ArrayBuffer(16));

  /** @param key 32 bytes of the head's own, the same in each of its lives */
  constructor(key: Uint8Array) {
    if (key.length !== 32) throw new RangeError('the handle key has 32 bytes');
    // A key of its own for this purpose, whatever else the head's is used for.
    const own = createHmac('sha256', key).update('nfs file handle 1').digest();
    this.mac = new SipHash(own.subarray(0, 16), MAC_AT);
  }

  encode({ share, id }: FileRef): Uint8Array {
    if (id < 0n || id >= MAX_ID) throw new RangeError('file id above 128 bits');
    const { view } = this;
    view.setUint32(0, VERSION << 24);
    view.setUint32(SHARE_AT, share);
    view.setBigUint64(ID_AT, id >> 64n);
    view.setBigUint64(ID_AT + 8, id);
    this.mac.digest(view, view, MAC_AT);
    return this.bytes.slice();
  }

  /** @returns `undefined` for what we did not make: of another length or version, forged, or of another head */
  decode(handle: Uint8Array): FileRef | undefined {
    if (handle.length !== HANDLE_BYTES) return undefined;
    const { view, expected } = this;
    this.bytes.set(handle);
    this.mac.digest(view, expected, 0);
    let difference = view.getInt32(0) ^ (VERSION << 24);
    for (let at = 0; at < 16; at += 4) difference |= view.getInt32(MAC_AT + at) ^ expected.getInt32(at);
    if (difference !== 0) return undefined;
    const high = view.getBigUint64(ID_AT);
    const low = view.getBigUint64(ID_AT + 8);
    return { share: view.getUint32(SHARE_AT), id: high === 0n ? low : (high << 64n) | low };
  }
}
