import { hkdfSync } from 'node:crypto';
import { link, lstat, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCode } from '../cli/exit-code.ts';
import { HeadError } from '../head-error.ts';
import { systemCode } from '../system-error.ts';
import { syncDirectory } from './atomic-file.ts';

const keyBytes = 32;

/** The secret of a head: seals secrets at rest and authenticates NFS file handles. Everything else is derived from it. */
export class HeadKey {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A key of 32 bytes for one purpose (HKDF-SHA-256, RFC 5869); other purposes' keys tell nothing of it. */
  derive(purpose: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#bytes, 'polynas head key', purpose, keyBytes));
  }
}

export function headKeyPath(dataDirectory: string): string {
  return join(dataDirectory, 'head.key');
}

async function read(path: string): Promise<HeadKey | undefined> {
  try {
    const { mode } = await lstat(path);
    if ((mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      throw new HeadError(`${path} may be read by others (mode ${octal}): chmod 600 ${path}`, exitCode.data);
    }
    const text = (await readFile(path, 'utf8')).trim();
    if (!/^[0-9a-f]{64}$/.test(text)) {
      throw new HeadError(`${path} is no head key: restore it from a backup`, exitCode.data);
    }
    return new HeadKey(Buffer.from(text, 'hex'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The head key of a data directory, made at first use (mode 0600). The name appears with its whole content or not at
 * all, and never replaces a key that is there: a synced temporary file is linked to it (link is exclusive, as O_EXCL is).
 */
export async function loadHeadKey(
  dataDirectory: string,
  random: (length: number) => Uint8Array,
): Promise<{ readonly key: HeadKey; readonly made: boolean }> {
  const path = headKeyPath(dataDirectory);
  const present = await read(path);
  if (present) return { key: present, made: false };

  const temporary = `${path}.${Buffer.from(random(6)).toString('hex')}.new`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${Buffer.from(random(keyBytes)).toString('hex')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(temporary, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    await unlink(temporary);
  }
  await syncDirectory(dataDirectory);
  const made = await read(path);
  if (!made) throw new HeadError(`${path} vanished while it was made`, exitCode.data);
  return { key: made, made: true };
}
