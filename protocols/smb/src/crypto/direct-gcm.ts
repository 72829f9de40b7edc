import { createCipheriv, timingSafeEqual } from 'node:crypto';
import { createRequire } from 'node:module';
import type * as koffiModule from 'koffi';

/** Bytes of an authentication tag. */
export const TAG = 16;

/**
 * AES-GCM by the functions of the libcrypto that Node itself brings, which Node's binary exports to addons. Node's own interface makes an object for each message and
 * fresh memory for each piece of output: two thirds of a small message's cost, and garbage that a large one has collected at several times its cipher's cost.
 *
 * Keys have 16 or 32 bytes, nonces 12. `tag` has 16 bytes.
 */
export interface DirectGcm {
  /** Puts the tag over `parts`, which stay as they are, into `tag` (GMAC). */
  mac(key: Uint8Array, nonce: Uint8Array, parts: readonly Uint8Array[], tag: Uint8Array): void;
  /** Encrypts the parts one after the other, each from its `from` to its `to`, which may be the same bytes. */
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, parts: readonly Sealing[], tag: Uint8Array): void;
  /** Decrypts `bytes` in their place; `false`, and `bytes` are spoilt, when the tag is not theirs. */
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, bytes: Uint8Array, tag: Uint8Array): boolean;
}

export interface Sealing {
  readonly from: Uint8Array;
  /** As many bytes. */
  readonly to: Uint8Array;
}

/** From openssl/evp.h: what programs are compiled with, so fixed as long as libcrypto is loaded by its name. */
const GCM_GET_TAG = 0x10;
const GCM_SET_TAG = 0x11;

let loaded: DirectGcm | null | undefined;

/** `null` where it cannot be had: no prebuilt koffi, or a Node that does not export libcrypto's functions. */
export function directGcm(): DirectGcm | null {
  if (loaded === undefined) loaded = load();
  return loaded;
}

type Native = koffiModule.KoffiFunc<(...values: unknown[]) => number>;

function load(): DirectGcm | null {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof koffiModule;
    const gcm = over(koffi.load(null));
    return answersAsNode(gcm) ? gcm : null;
  } catch {
    return null;
  }
}

function over(library: koffiModule.LibraryHandle): DirectGcm {
  const func = (prototype: string): Native => library.func(prototype) as Native;
  const init = 'void *context, void *cipher, void *engine, void *key, void *nonce';
  const update = 'void *context, void *out, void *outLength, void *in, int length';
  const sealing: Direction = {
    init: func(`int EVP_EncryptInit_ex(${init})`),
    update: func(`int EVP_EncryptUpdate(${update})`),
    final: func('int EVP_EncryptFinal_ex(void *context, void *out, void *outLength)'),
  };
  const opening: Direction = {
    init: func(`int EVP_DecryptInit_ex(${init})`),
    update: func(`int EVP_DecryptUpdate(${update})`),
    final: func('int EVP_DecryptFinal_ex(void *context, void *out, void *outLength)'),
  };
  const control = func('int EVP_CIPHER_CTX_ctrl(void *context, int type, int length, void *pointer)');
  const forgetErrors = library.func('void ERR_clear_error()') as Native;
  const newContext = library.func('void *EVP_CIPHER_CTX_new()') as () => unknown;

  // Calls are synchronous, and each begins with its key: so one context of a kind serves all sessions.
  const context = (cipher: string, { init }: Direction): unknown => {
    const made = newContext();
    if (made === null) throw new Error('libcrypto gave no context');
    const type = (library.func(`void *${cipher}()`) as () => unknown)();
    done(init(made, type, null, null, null));
    return made;
  };
  const sealers = [context('EVP_aes_128_gcm', sealing), context('EVP_aes_256_gcm', sealing)];
  const openers = [context('EVP_aes_128_gcm', opening), context('EVP_aes_256_gcm', opening)];
  // What libcrypto reports of lengths, and the nothing that is left at the end.
  const length = Buffer.allocUnsafeSlow(TAG);
  const rest = Buffer.allocUnsafeSlow(TAG);

  /** An `out` of `null` means bytes that are only authenticated. */
  const feed = ({ update }: Direction, to: unknown, out: Uint8Array | null, bytes: Uint8Array): void => {
    if (bytes.length > 0) done(update(to, out, length, bytes, bytes.length));
  };
  const begin = (direction: Direction, contexts: readonly unknown[], key: Uint8Array, nonce: Uint8Array): unknown => {
    check(key, nonce);
    const begun = contexts[key.length === 16 ? 0 : 1];
    done(direction.init(begun, null, null, key, nonce));
    return begun;
  };
  const endSealed = (context: unknown, tag: Uint8Array): void => {
    checkTag(tag);
    done(sealing.final(context, rest, length));
    done(control(context, GCM_GET_TAG, TAG, tag));
  };

  return {
    mac(key, nonce, parts, tag) {
      const context = begin(sealing, sealers, key, nonce);
      for (const part of parts) feed(sealing, context, null, part);
      endSealed(context, tag);
    },
    seal(key, nonce, aad, parts, tag) {
      const context = begin(sealing, sealers, key, nonce);
      feed(sealing, context, null, aad);
      for (const { from, to } of parts) {
        if (to.length !== from.length) throw new RangeError('sealed bytes are as many as open ones');
        feed(sealing, context, to, from);
      }
      endSealed(context, tag);
    },
    open(key, nonce, aad, bytes, tag) {
      const context = begin(opening, openers, key, nonce);
      checkTag(tag);
      feed(opening, context, null, aad);
      feed(opening, context, bytes, bytes);
      done(control(context, GCM_SET_TAG, TAG, tag));
      if (opening.final(context, rest, length) === 1) return true;
      // Else the next one of Node's own calls that fails would tell of this.
      forgetErrors();
      return false;
    },
  };
}

interface Direction {
  readonly init: Native;
  readonly update: Native;
  readonly final: Native;
}

function done(result: number): void {
  if (result !== 1) throw new Error('libcrypto refused a call of AES-GCM');
}

/** Native code reads and writes as many bytes, whatever there are. */
function check(key: Uint8Array, nonce: Uint8Array): void {
  if ((key.length !== 16 && key.length !== 32) || nonce.length !== 12)
    throw new RangeError('no key or nonce of AES-GCM');
}

function checkTag(tag: Uint8Array): void {
  if (tag.length !== TAG) throw new RangeError(`a tag of ${tag.length} bytes`);
}

/** Whether it does what Node does: it is the same code, unless another library answers to the same names. */
function answersAsNode(gcm: DirectGcm): boolean {
  const aad = Buffer.alloc(37, 3);
  const plain = Buffer.alloc(53, 5);
  return [16, 32].every((size) => {
    const key = Buffer.alloc(size, 7);
    const nonce = Buffer.alloc(12, 9);
    const cipher = createCipheriv(size === 16 ? 'aes-128-gcm' : 'aes-256-gcm', key, nonce);
    cipher.setAAD(aad);
    const sealed = cipher.update(plain);
    cipher.final();
    const bytes = Buffer.from(plain);
    const tag = Buffer.alloc(TAG);
    gcm.seal(key, nonce, aad, [{ from: bytes, to: bytes }], tag);
    if (!timingSafeEqual(bytes, sealed) || !timingSafeEqual(tag, cipher.getAuthTag())) return false;
    return gcm.open(key, nonce, aad, bytes, tag) && timingSafeEqual(bytes, plain);
  });
}
