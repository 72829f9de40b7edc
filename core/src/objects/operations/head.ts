import { requireRead } from '../../access/checks.ts';
import { parseKey } from '../../namespace/keys.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller, ObjectConditions, ObjectInfo, ObjectWants, ShareId } from '../../service/index.ts';
import { ObjectError } from '../../service/index.ts';
import { checkConditions, currentOf } from '../conditions.ts';
import { infoOf, loadParts } from '../object-info.ts';
import type { ObjectParts } from '../parts.ts';
import type { Known } from '../record/etags.ts';
import { lookAgain } from '../tree/look-again.ts';
import { locate } from '../tree/walk.ts';
import { findMarker } from './put-marker.ts';

/** An object that may be read. `known` is there for files, not for directories. */
export interface Readable {
  readonly mount: MountedShare;
  readonly info: ObjectInfo;
  readonly known?: Known;
}

export async function head(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  key: string,
  conditions?: ObjectConditions,
  wants?: ObjectWants,
): Promise<ObjectInfo> {
  return (await findReadable(parts, caller, share, key, conditions, wants)).info;
}

/** `noSuchKey`; `accessDenied` where the caller may not read the file or search its directories; the conditions' rejections. */
export async function findReadable(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  key: string,
  conditions: ObjectConditions | undefined,
  wants: ObjectWants = {},
): Promise<Readable> {
  const mount = parts.mounts.get(share);
  const path = parseKey(key);
  return lookAgain(async () => {
    const { way, file } = await locate(parts, mount, caller, path);
    if (file === undefined) {
      const marker = await findMarker(mount, caller, path, way.steps);
      if (marker === undefined) throw new ObjectError('noSuchKey', { key });
      const current = { etag: marker.etag, file: { ...way.steps.at(-1)!.attributes, size: 0 } };
      checkConditions(conditions, current, 'read');
      return { mount, info: marker };
    }
    requireRead(caller, file.attributes);
    const known = await parts.etags.of(mount, caller, file.attributes, wants.md5);
    checkConditions(conditions, currentOf(known, file.attributes), 'read');
    const info = infoOf(key, known, await loadParts(parts.sidecars, mount, caller, known));
    await parts.expiries.seen(mount, key, info.metadata);
    return { mount, info, known };
  });
}
