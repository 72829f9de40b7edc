/** Quoting for names that must not hold NUL: keeps the order and any prefix, and is undone byte by byte. */
const zero = 0x00;
const one = 0x01;
const two = 0x02;

/** NUL becomes 01 01, 01 becomes 01 02; the rest stays. */
export function quoteName(bytes: Uint8Array): Uint8Array {
  let more = 0;
  for (const byte of bytes) if (byte <= one) more += 1;
  if (more === 0) return bytes;
  const quoted = new Uint8Array(bytes.length + more);
  let at = 0;
  for (const byte of bytes) {
    if (byte > one) quoted[at++] = byte;
    else {
      quoted[at++] = one;
      quoted[at++] = byte === zero ? one : two;
    }
  }
  return quoted;
}

/** `undefined` for what `quoteName` never makes. */
export function unquoteName(quoted: Uint8Array): Uint8Array | undefined {
  if (!quoted.includes(one)) return quoted;
  const bytes: number[] = [];
  for (let at = 0; at < quoted.length; at += 1) {
    const byte = quoted[at]!;
    if (byte !== one) bytes.push(byte);
    else {
      at += 1;
      if (quoted[at] !== one && quoted[at] !== two) return undefined;
      bytes.push(quoted[at] === one ? zero : one);
    }
  }
  return Uint8Array.from(bytes);
}
