import type { Caller, ShareId } from '../../service/index.ts';
import type { ObjectParts } from '../parts.ts';
import { loadLarge } from '../record/large-values.ts';
import { manifestXattr } from '../record/xattr-names.ts';
import { findReadable } from './head.ts';

/** What a dialect has said of the parts, while the content is still theirs. */
export async function manifest(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  key: string,
): Promise<Uint8Array | undefined> {
  const { mount, known } = await findReadable(parts, caller, share, key, undefined);
  if (known === undefined || known.record.parts === 0) return undefined;
  return loadLarge(parts.sidecars, mount, caller, known.file.id, manifestXattr);
}
