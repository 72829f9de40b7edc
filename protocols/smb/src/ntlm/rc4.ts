/** RC4 (as RFC 6229 gives its vectors): OpenSSL 3 no longer offers it, NTLM cannot do without (docs/decisions/ntlm-primitives.md). */
export class Rc4 {
  private readonly state = new Uint8Array(256);
  private i = 0;
  private j = 0;

  constructor(key: Uint8Array) {
    const { state } = this;
    for (let index = 0; index < 256; index++) state[index] = index;
    let j = 0;
    for (let index = 0; index < 256; index++) {
      j = (j + state[index]! + key[index % key.length]!) & 0xff;
      this.swap(index, j);
    }
  }

  /** The next bytes of the stream over `bytes`. */
  update(bytes: Uint8Array): Uint8Array {
    const { state } = this;
    const out = new Uint8Array(bytes.length);
    for (let index = 0; index < bytes.length; index++) {
      this.i = (this.i + 1) & 0xff;
      this.j = (this.j + state[this.i]!) & 0xff;
      this.swap(this.i, this.j);
      out[index] = bytes[index]! ^ state[(state[this.i]! + state[this.j]!) & 0xff]!;
    }
    return out;
  }

  private swap(a: number, b: number): void {
    const { state } = this;
    const kept = state[a]!;
    state[a] = state[b]!;
    state[b] = kept;
  }
}
