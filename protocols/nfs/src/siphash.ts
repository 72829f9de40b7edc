/**
 * SipHash-2-4 with 128 bits of output (Aumasson, Bernstein 2012; the reference code's `outlen` 16): a keyed MAC made for short
 * messages. A file handle is checked with every request; this costs a tenth of an HMAC, and so no cache is needed.
 *
 * For messages of one fixed length, which is a multiple of 8 bytes.
 */
export class SipHash {
  private readonly key: Int32Array;
  private readonly rounds: number;
  private readonly blocks: number;

  /**
   * @param key 16 bytes
   * @param length bytes of each message
   */
  constructor(key: Uint8Array, length: number) {
    if (key.length !== 16 || length % 8 !== 0) throw new RangeError('a key of 16 bytes, a length of whole words');
    const view = new DataView(key.buffer, key.byteOffset, 16);
    this.key = Int32Array.from([0, 4, 8, 12], (at) => view.getInt32(at, true));
    this.blocks = length / 8;
    // Two for each block and the one that holds the length, four and four to finish.
    this.rounds = (this.blocks + 1) * 2 + 8;
  }

  /** The MAC of the message at the start of `message`, written to `out` at `at`: 16 bytes. */
  digest(message: DataView, out: DataView, at: number): void {
    const { blocks, rounds, key } = this;
    const compressing = (blocks + 1) * 2;
    const k0l = key[0]!;
    const k0h = key[1]!;
    const k1l = key[2]!;
    const k1h = key[3]!;
    let v0l = k0l ^ 0x70736575;
    let v0h = k0h ^ 0x736f6d65;
    let v1l = k1l ^ 0x6e646f6d ^ 0xee;
    let v1h = k1h ^ 0x646f7261;
    let v2l = k0l ^ 0x6e657261;
    let v2h = k0h ^ 0x6c796765;
    let v3l = k1l ^ 0x79746573;
    let v3h = k1h ^ 0x74656462;
    let ml = 0;
    let mh = 0;
    let t = 0;
    for (let round = 0; round < rounds; round++) {
      if (round < compressing && (round & 1) === 0) {
        const block = round >> 1;
        ml = block < blocks ? message.getInt32(block * 8, true) : 0;
        mh = block < blocks ? message.getInt32(block * 8 + 4, true) : blocks << 27;
        v3l ^= ml;
        v3h ^= mh;
      }
      // v0 += v1, v1 <<<= 13, v1 ^= v0, v0 <<<= 32
      t = (v0l + v1l) | 0;
      v0h = (v0h + v1h + (t >>> 0 < v1l >>> 0 ? 1 : 0)) | 0;
      v0l = t;
      t = (v1l << 13) | (v1h >>> 19);
      v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
      v1l = t ^ v0l;
      t = v0l;
      v0l = v0h;
      v0h = t;
      // v2 += v3, v3 <<<= 16, v3 ^= v2
      t = (v2l + v3l) | 0;
      v2h = (v2h + v3h + (t >>> 0 < v3l >>> 0 ? 1 : 0)) | 0;
      v2l = t;
      t = (v3l << 16) | (v3h >>> 16);
      v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
      v3l = t ^ v2l;
      // v0 += v3, v3 <<<= 21, v3 ^= v0
      t = (v0l + v3l) | 0;
      v0h = (v0h + v3h + (t >>> 0 < v3l >>> 0 ? 1 : 0)) | 0;
      v0l = t;
      t = (v3l << 21) | (v3h >>> 11);
      v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
      v3l = t ^ v0l;
      // v2 += v1, v1 <<<= 17, v1 ^= v2, v2 <<<= 32
      t = (v2l + v1l) | 0;
      v2h = (v2h + v1h + (t >>> 0 < v1l >>> 0 ? 1 : 0)) | 0;
      v2l = t;
      t = (v1l << 17) | (v1h >>> 15);
      v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
      v1l = t ^ v2l;
      t = v2l;
      v2l = v2h;
      v2h = t;
      if (round < compressing && (round & 1) === 1) {
        v0l ^= ml;
        v0h ^= mh;
      }
      if (round === compressing - 1) v2l ^= 0xee;
      else if (round === compressing + 3) {
        out.setInt32(at, v0l ^ v1l ^ v2l ^ v3l, true);
        out.setInt32(at + 4, v0h ^ v1h ^ v2h ^ v3h, true);
        v1l ^= 0xdd;
      }
    }
    out.setInt32(at + 8, v0l ^ v1l ^ v2l ^ v3l, true);
    out.setInt32(at + 12, v0h ^ v1h ^ v2h ^ v3h, true);
  }
}
