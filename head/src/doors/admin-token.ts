import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCode } from '../cli/exit-code.ts';
import { HeadError } from '../head-error.ts';
import { replaceFile } from '../state/atomic-file.ts';
import { systemCode } from '../system-error.ts';

export function adminTokenPath(dataDirectory: string): string {
  return join(dataDirectory, 'admin.token');
}

/** The bearer token of the admin API over TCP: made at first use (mode 0600), the same from then on. Remove the file for another one. */
export async function loadAdminToken(dataDirectory: string, random: (length: number) => Uint8Array): Promise<string> {
  const path = adminTokenPath(dataDirectory);
  try {
    const handle = await open(path, 'r');
    const { mode } = await handle.stat();
    await handle.close();
    if ((mode & 0o077) !== 0) throw new HeadError(`${path} may be read by others: chmod 600 ${path}`, exitCode.data);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    await replaceFile(path, `${Buffer.from(random(32)).toString('base64url')}\n`);
  }
  const token = (await readFile(path, 'utf8')).trim();
  if (token.length < 32) throw new HeadError(`${path} holds no token: remove it, and a new one is made`, exitCode.data);
  return token;
}
