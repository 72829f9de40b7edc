/** CRC-32C (Castagnoli, RFC 3720 §12.1), reflected polynomial. */
const polynomial = 0x82f63b78;

const slices = 16;

/** Table `k` at `k * 256`: the CRC of a byte followed by `k` zero bytes (slicing-by-16). 16 KiB: it stays in L1. */
const table = buildTable();

function buildTable(): Int32Array {
  const built = new Int32Array(slices * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    built[byte] = crc;
  }
  for (let slice = 1; slice < slices; slice++) {
    for (let byte = 0; byte < 256; byte++) {
      const previous = built[(slice - 1) * 256 + byte]!;
      built[slice * 256 + byte] = (previous >>> 8) ^ built[previous & 0xff]!;
    }
  }
  return built;
}

/** Continues `crc` (0 at the start) over `bytes`; an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, crc = 0): number {
  const t = table;
  let c = ~crc;
  let i = 0;
  for (const end = bytes.length - 15; i < end; i += 16) {
    const w = c ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    c =
      t[3840 + (w & 0xff)]! ^
      t[3584 + ((w >>> 8) & 0xff)]! ^
      t[3328 + ((w >>> 16) & 0xff)]! ^
      t[3072 + (w >>> 24)]! ^
      t[2816 + bytes[i + 4]!]! ^
      t[2560 + bytes[i + 5]!]! ^
      t[2304 + bytes[i + 6]!]! ^
      t[2048 + bytes[i + 7]!]! ^
      t[1792 + bytes[i + 8]!]! ^
      t[1536 + bytes[i + 9]!]! ^
      t[1280 + bytes[i + 10]!]! ^
      t[1024 + bytes[i + 11]!]! ^
      t[768 + bytes[i + 12]!]! ^
      t[512 + bytes[i + 13]!]! ^
      t[256 + bytes[i + 14]!]! ^
      t[bytes[i + 15]!]!;
  }
  for (; i < bytes.length; i++) c = (c >>> 8) ^ t[(c ^ bytes[i]!) & 0xff]!;
  return ~c >>> 0;
}
