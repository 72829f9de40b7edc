import { scrypt, timingSafeEqual } from 'node:crypto';
import { ntHash } from 'smb2-server';

/** Cost of a password hash (RFC 7914 §2): N = 2^15, r = 8, p = 1 take 32 MiB and about 80 ms of a thread of the pool. */
const cost = { logN: 15, r: 8, p: 1 };
const hashBytes = 32;
const saltBytes = 16;

function derive(password: string, salt: Uint8Array, { logN, r, p }: typeof cost): Promise<Uint8Array> {
  const N = 2 ** logN;
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, hashBytes, { N, r, p, maxmem: 256 * N * r }, (error, hash) =>
      error ? reject(error) : resolve(hash),
    );
  });
}

/** Passwords at rest: salted scrypt, off the event loop. */
export class PasswordHasher {
  readonly #random: (length: number) => Uint8Array;

  constructor(random: (length: number) => Uint8Array) {
    this.#random = random;
  }

  async hash(password: string): Promise<string> {
    const salt = this.#random(saltBytes);
    const hash = await derive(password, salt, cost);
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
    return `scrypt$${cost.logN}$${cost.r}$${cost.p}$${text(salt)}$${text(hash)}`;
  }

  /** False also for a stored text that is no hash. */
  async verify(password: string, stored: string): Promise<boolean> {
    const [scheme, logN, r, p, salt, hash] = stored.split('$');
    if (scheme !== 'scrypt' || salt === undefined || hash === undefined) return false;
    const parameters = { logN: Number(logN), r: Number(r), p: Number(p) };
    const expected = Buffer.from(hash, 'base64url');
    // Bounds what a damaged registry can make a thread do.
    const sane = parameters.logN >= 10 && parameters.logN <= 20 && parameters.r <= 32 && parameters.p <= 16;
    if (!sane || expected.length !== hashBytes) return false;
    return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64url'), parameters), expected);
  }

  /** What NTLM authenticates by (MS-NLMP 3.3.1), as hex. It stands for the password, so it is kept sealed. Composed as keyboards do: a client hashes what is typed. */
  async ntHash(password: string): Promise<string> {
    return Buffer.from(await ntHash(password.normalize('NFC'))).toString('hex');
  }
}
