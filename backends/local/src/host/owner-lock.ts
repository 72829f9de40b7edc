import { closeSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StorageError } from '@polynas/core/spi';
import { libc } from './libc.ts';

const lockFile = 'owner';

/** Keeps a second head off the volume. The lock ends with the process, however that ends. */
export interface OwnerLock {
  release(): void;
}

/** Throws `unavailable`, naming the owner, when somebody has the volume open. */
export function lockOwner(directory: string): OwnerLock {
  const path = join(directory, lockFile);
  const fd = openSync(path, 'a+', 0o600);
  try {
    const native = libc();
    const free = native === undefined ? !isAlive(ownerOf(fd)) : native.tryLock(fd);
    if (!free)
      throw new StorageError('unavailable', `the volume ${directory} is in use: ${ownerOf(fd) || 'owner unknown'}`);
    ftruncateSync(fd, 0);
    writeSync(fd, `process ${process.pid} started ${startOf(process.pid) ?? 'at an unknown time'}\n`);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return {
    release() {
      closeSync(fd);
    },
  };
}

function ownerOf(fd: number): string {
  const buffer = Buffer.alloc(200);
  return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, 0)).trim();
}

/** Without locks of libc: the process that wrote the record, told from a later one of its number by its start. */
function isAlive(owner: string): boolean {
  const match = /^process (\d+) started (.+)$/.exec(owner);
  const pid = Number(match?.[1]);
  return match !== null && startOf(pid) !== undefined && startOf(pid) === match[2];
}

/** Clock ticks since boot at which a process started (proc(5), field 22 of stat). */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
