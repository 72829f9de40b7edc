import type { ObjectConditions, ObjectInfo } from '@polynas/core/service';
import { dynamicManifestOf, staticEtagOf } from '../reply/object-headers.ts';
import type { DoorContext } from './context.ts';
import type { Granted } from './grant.ts';

/** An object with the etag that clients check its content against: the MD5 of the whole, but for large ones, whose etags are made of their segments'. */
export async function look(
  context: DoorContext,
  { caller, share }: Pick<Granted, 'caller' | 'share'>,
  key: string,
  conditions?: ObjectConditions,
): Promise<ObjectInfo> {
  const { objects } = context;
  const info = await objects.head(caller, share.id, key, conditions);
  return lacksMd5(info) ? objects.head(caller, share.id, key, conditions, { md5: true }) : info;
}

/** Of what S3 uploaded in parts the MD5 has to be found out once, by reading. */
export function lacksMd5(info: ObjectInfo): boolean {
  return info.md5 === undefined && staticEtagOf(info) === undefined && dynamicManifestOf(info) === undefined;
}
