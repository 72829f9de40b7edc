import { StorageError } from '@polynas/core/spi';
import type { HostFiles } from '../host/host-files.ts';
import { storageErrorOf } from '../host/errors.ts';

/** Reads the whole range; what lies behind the end of the host file is zeros. */
export async function readFully(host: HostFiles, fd: number, into: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < into.length) {
    let got: number;
    try {
      got = await host.read(fd, done === 0 ? into : into.subarray(done), into.length - done, position + done);
    } catch (error) {
      throw storageErrorOf(error, 'read');
    }
    if (got === 0) break;
    done += got;
  }
  if (done < into.length) into.fill(0, done);
}

/** Writes all chunks one after another, however few bytes the host takes at a time. */
export async function writeFully(
  host: HostFiles,
  fd: number,
  chunks: readonly Uint8Array[],
  position: number,
): Promise<void> {
  let rest = chunks.filter((chunk) => chunk.length > 0);
  let at = position;
  while (rest.length > 0) {
    let written: number;
    try {
      written = await host.write(fd, rest, at);
    } catch (error) {
      throw storageErrorOf(error, 'write');
    }
    if (written <= 0) throw new StorageError('io', 'the host took no bytes');
    at += written;
    rest = behind(rest, written);
  }
}

function behind(chunks: readonly Uint8Array[], written: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skip = written;
  for (const chunk of chunks) {
    if (skip >= chunk.length) skip -= chunk.length;
    else {
      rest.push(skip === 0 ? chunk : chunk.subarray(skip));
      skip = 0;
    }
  }
  return rest;
}
