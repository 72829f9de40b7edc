import { StorageError } from '../spi/index.ts';
import { ObjectError } from '../service/index.ts';

/** S3 User Guide, "Naming Amazon S3 objects": 1,024 bytes of UTF-8. */
export const maxKeyBytes = 1024;

/** A key is a path: directories, and a last segment that is empty where the key ends in `/`. */
export interface KeyPath {
  readonly key: string;
  readonly directories: readonly string[];
  readonly last: string;
}

/** Any text is a key, but for none at all and for what is no Unicode (`badName`). */
export function parseKey(key: string): KeyPath {
  if (key === '' || !key.isWellFormed()) throw new StorageError('badName', 'a key is Unicode text');
  const segments = key.split('/');
  const last = segments.pop()!;
  return { key, directories: segments, last };
}

/** What may be made: names that files have already may be longer in keys, and are still reached. */
export function checkKeyLength(key: string): void {
  if (Buffer.byteLength(key) > maxKeyBytes) throw new ObjectError('keyTooLong', { maximum: maxKeyBytes });
}

/** Order of UTF-8 bytes, which is that of code points; `<` on strings would put U+10000 and above before U+E000. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) {
      const highLeft = left >= 0xd800 && left <= 0xdfff;
      const highRight = right >= 0xd800 && right <= 0xdfff;
      if (highLeft !== highRight) return highLeft ? 1 : -1;
      return left - right;
    }
  }
  return a.length - b.length;
}
