import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller, ObjectConditions } from '../../service/index.ts';
import type { Attributes } from '../../spi/index.ts';
import type { Current } from '../conditions.ts';
import { currentOf, namesEtags } from '../conditions.ts';
import type { ObjectParts } from '../parts.ts';
import { stampEtag } from '../record/stamps.ts';
import { isValid, loadRecord } from '../record/store-record.ts';

/** The present object for conditions: hashed only when they name etags. */
export async function presentObject(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  file: Attributes,
  conditions: ObjectConditions | undefined,
): Promise<Current> {
  if (conditions === undefined) return { etag: '', file };
  if (namesEtags(conditions)) {
    return currentOf(await parts.etags.of(mount, caller, file), file);
  }
  const record = await loadRecord(mount.volume, caller, file);
  const etag = isValid(record, file) ? record.etag : undefined;
  return { etag: etag ?? stampEtag(file), file };
}
