import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

const SIGNATURE_AT = 48;
const TRANSFORM_HEADER = 52;
const TAG = 16;

/** Signs and seals what a client sends in a session of dialect 3.1.1, with AES-128-GMAC and AES-128-GCM (MS-SMB2 3.1.4). */
export class SessionKeys {
  readonly #signing: Buffer;
  readonly #toServer: Buffer;
  readonly #fromServer: Buffer;
  readonly #sessionId: Buffer;
  #nonce = 0;

  /** @param sessionId as it lies on the wire */
  constructor(sessionKey: Buffer, preauthHash: Buffer, sessionId: Buffer) {
    this.#signing = derive(sessionKey, 'SMBSigningKey', preauthHash);
    this.#toServer = derive(sessionKey, 'SMBC2SCipherKey', preauthHash);
    this.#fromServer = derive(sessionKey, 'SMBS2CCipherKey', preauthHash);
    this.#sessionId = Buffer.from(sessionId);
  }

  /** Puts the signature into the first part, whose header has SIGNED set. */
  sign(parts: readonly Buffer[]): void {
    this.#mac(parts, 0).copy(parts[0]!, SIGNATURE_AT);
  }

  /** Whether the server signed this message. */
  isSigned(message: Buffer): boolean {
    const copy = Buffer.from(message);
    copy.fill(0, SIGNATURE_AT, SIGNATURE_AT + TAG);
    return this.#mac([copy], 1).equals(message.subarray(SIGNATURE_AT, SIGNATURE_AT + TAG));
  }

  /** @param parts whose signatures are zeros */
  #mac(parts: readonly Buffer[], role: number): Buffer {
    const nonce = Buffer.alloc(12);
    parts[0]!.copy(nonce, 0, 24, 32);
    nonce[8] = role;
    const gmac = createCipheriv('aes-128-gcm', this.#signing, nonce);
    for (const part of parts) gmac.setAAD(part);
    gmac.final();
    return gmac.getAuthTag();
  }

  /** The TRANSFORM_HEADER and what it covers. */
  seal(parts: readonly Buffer[]): Buffer[] {
    const head = Buffer.alloc(TRANSFORM_HEADER);
    head.writeUInt32LE(0x424d_53fd, 0);
    head.writeUInt32LE(++this.#nonce, 20);
    head.writeUInt32LE(
      parts.reduce((sum, { length }) => sum + length, 0),
      36,
    );
    head.writeUInt16LE(1, 42);
    this.#sessionId.copy(head, 44);
    const cipher = createCipheriv('aes-128-gcm', this.#toServer, head.subarray(20, 32));
    cipher.setAAD(head.subarray(20));
    const sealed = parts.map((part) => cipher.update(part));
    cipher.final();
    cipher.getAuthTag().copy(head, 4);
    return [head, ...sealed];
  }

  /** What a sealed frame holds; throws when it was not sealed for us. */
  open(frame: Buffer): Buffer {
    const decipher = createDecipheriv('aes-128-gcm', this.#fromServer, frame.subarray(20, 32), { authTagLength: TAG });
    decipher.setAuthTag(frame.subarray(4, 20));
    decipher.setAAD(frame.subarray(20, TRANSFORM_HEADER));
    const message = decipher.update(frame.subarray(TRANSFORM_HEADER));
    decipher.final();
    return message;
  }
}

/** SP800-108 in counter mode, 128 bits (MS-SMB2 3.1.4.2). */
function derive(key: Buffer, label: string, context: Buffer): Buffer {
  const counter = Buffer.from([0, 0, 0, 1]);
  const end = Buffer.from([0, 0, 0, 128]);
  const input = Buffer.concat([counter, Buffer.from(`${label}\0\0`, 'latin1'), context, end]);
  return createHmac('sha256', key).update(input).digest().subarray(0, 16);
}
