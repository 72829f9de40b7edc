import type { WriteResult } from '../../spi/index.ts';

/** Settles when neither of the two uses the bytes any more, whichever fails. */
export async function writtenAndHashed(
  writing: Promise<WriteResult>,
  hashing: Promise<void> | undefined,
): Promise<WriteResult> {
  if (hashing === undefined) return writing;
  const [written, hashed] = await Promise.allSettled([writing, hashing]);
  if (written.status === 'rejected') throw written.reason;
  if (hashed.status === 'rejected') throw hashed.reason;
  return written.value;
}
