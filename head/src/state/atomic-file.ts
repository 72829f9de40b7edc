import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes names that were created, renamed or removed in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Steps of a replacement, told before each, so that tests can end the process between any two. */
export type ReplaceStep = 'write' | 'sync' | 'rename' | 'syncDirectory';

/**
 * Replaces a file so that a reader, or a start after a crash at any moment, finds all of the old or all of the new.
 * Durable when answered. One writer at a time. Mode 0600.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  beforeStep: (step: ReplaceStep) => void = () => undefined,
): Promise<void> {
  // A fixed name: what a crash leaves behind is overwritten by the next writer.
  const temporary = `${path}.new`;
  beforeStep('write');
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(content);
    beforeStep('sync');
    await handle.sync();
  } finally {
    await handle.close();
  }
  beforeStep('rename');
  await rename(temporary, path);
  beforeStep('syncDirectory');
  await syncDirectory(dirname(path));
}
