import { createHash } from 'node:crypto';
import type { HandleCache } from '../../namespace/mounts.ts';
import type { Attributes, Volume } from '../../spi/index.ts';

/** MD5 of 64 KiB takes 80 µs (docs/decisions/object-hashing.md): the event loop is held no longer than that at a time. */
const chunk = 65_536;

/** MD5 of a file's content as it is read; whether it stood still meanwhile is the caller's to see. */
export async function hashContent(volume: Volume, handles: HandleCache, file: Attributes): Promise<Uint8Array> {
  const hash = createHash('md5');
  const into = new Uint8Array(Math.min(chunk, Math.max(1, file.size)));
  await handles.use(volume, file.id, 'read', async (handle) => {
    for (let offset = 0; ;) {
      const { bytes, eof } = handle.readNow(offset, into.length) ?? (await handle.read({}, offset, into.length, into));
      hash.update(bytes);
      offset += bytes.length;
      if (eof || bytes.length === 0) return;
      await new Promise(setImmediate);
    }
  });
  return hash.digest();
}
