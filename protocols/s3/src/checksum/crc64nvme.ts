/**
 * CRC-64/NVME (NVM Express, "64b CRC"), reflected polynomial 0x9a6c9329ac4bc9b5. A 64-bit value is two 32-bit halves:
 * `bigint` in the loop would be about a hundred times slower.
 */
const polynomialHigh = 0x9a6c9329;
const polynomialLow = 0xac4bc9b5;

const slices = 8;

/** Slicing-by-8, the halves in tables of their own; 16 KiB in all. */
const high = new Int32Array(slices * 256);
const low = new Int32Array(slices * 256);

for (let byte = 0; byte < 256; byte++) {
  let h = 0;
  let l = byte;
  for (let bit = 0; bit < 8; bit++) {
    const carry = l & 1;
    l = (l >>> 1) | (h << 31);
    h >>>= 1;
    if (carry) {
      h ^= polynomialHigh;
      l ^= polynomialLow;
    }
  }
  high[byte] = h;
  low[byte] = l;
}
for (let slice = 1; slice < slices; slice++) {
  for (let byte = 0; byte < 256; byte++) {
    const h = high[(slice - 1) * 256 + byte]!;
    const l = low[(slice - 1) * 256 + byte]!;
    high[slice * 256 + byte] = (h >>> 8) ^ high[l & 0xff]!;
    low[slice * 256 + byte] = ((l >>> 8) | (h << 24)) ^ low[l & 0xff]!;
  }
}

/** A running CRC-64/NVME. */
export class Crc64Nvme {
  #high = -1;
  #low = -1;

  update(bytes: Uint8Array): void {
    let h = this.#high;
    let l = this.#low;
    let i = 0;
    for (const end = bytes.length - 7; i < end; i += 8) {
      const a = l ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
      const b = h ^ (bytes[i + 4]! | (bytes[i + 5]! << 8) | (bytes[i + 6]! << 16) | (bytes[i + 7]! << 24));
      const i7 = 1792 + (a & 0xff);
      const i6 = 1536 + ((a >>> 8) & 0xff);
      const i5 = 1280 + ((a >>> 16) & 0xff);
      const i4 = 1024 + (a >>> 24);
      const i3 = 768 + (b & 0xff);
      const i2 = 512 + ((b >>> 8) & 0xff);
      const i1 = 256 + ((b >>> 16) & 0xff);
      const i0 = b >>> 24;
      h = high[i7]! ^ high[i6]! ^ high[i5]! ^ high[i4]! ^ high[i3]! ^ high[i2]! ^ high[i1]! ^ high[i0]!;
      l = low[i7]! ^ low[i6]! ^ low[i5]! ^ low[i4]! ^ low[i3]! ^ low[i2]! ^ low[i1]! ^ low[i0]!;
    }
    for (; i < bytes.length; i++) {
      const index = (l ^ bytes[i]!) & 0xff;
      l = ((l >>> 8) | (h << 24)) ^ low[index]!;
      h = (h >>> 8) ^ high[index]!;
    }
    this.#high = h;
    this.#low = l;
  }

  /** The CRC of what has been seen so far: 8 bytes, big-endian, as S3 encodes it. */
  digest(): Uint8Array {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, ~this.#high);
    view.setInt32(4, ~this.#low);
    return bytes;
  }
}
