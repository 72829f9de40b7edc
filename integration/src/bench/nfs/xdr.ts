/** The few pieces of XDR (RFC 4506) and of RFC 1813 §2.6 that the load generator needs, straight on buffers. */

const FATTR3_BYTES = 84;
const WCC_ATTR_BYTES = 24;

/** Numbers become unsigned 32-bit words, bytes are taken as they are. */
export function pack(...parts: readonly (number | Buffer)[]): Buffer {
  let length = 0;
  for (const part of parts) length += typeof part === 'number' ? 4 : part.length;
  const packed = Buffer.allocUnsafe(length);
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'number') at = packed.writeUInt32BE(part, at);
    else at += part.copy(packed, at);
  }
  return packed;
}

/** Variable-length opaque: length, bytes, padding. */
export function opaque(bytes: Buffer): Buffer {
  const padded = Buffer.alloc(4 + bytes.length + (-bytes.length & 3));
  padded.writeUInt32BE(bytes.length, 0);
  bytes.copy(padded, 4);
  return padded;
}

export function u64(value: number): Buffer {
  return pack(Math.floor(value / 2 ** 32), value % 2 ** 32);
}

/** `sattr3` that sets the mode only. */
export function modeOnly(mode: number): Buffer {
  return pack(1, mode, 0, 0, 0, 0, 0);
}

/** The bytes of the opaque at `at`, not copied. */
export function opaqueAt(reply: Buffer, at: number): Buffer {
  return reply.subarray(at + 4, at + 4 + reply.readUInt32BE(at));
}

export function afterOpaque(reply: Buffer, at: number): number {
  const length = reply.readUInt32BE(at);
  return at + 4 + length + (-length & 3);
}

/** Behind the `post_op_attr` at `at`. */
export function afterAttributes(reply: Buffer, at: number): number {
  return at + 4 + (reply.readUInt32BE(at) === 1 ? FATTR3_BYTES : 0);
}

/** Behind the `wcc_data` at `at`. */
export function afterWcc(reply: Buffer, at: number): number {
  return afterAttributes(reply, at + 4 + (reply.readUInt32BE(at) === 1 ? WCC_ATTR_BYTES : 0));
}
