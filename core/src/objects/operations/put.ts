import { requireEntryChange, requireWrite } from '../../access/checks.ts';
import { checkWritable } from '../../namespace/files/parts.ts';
import type { KeyPath } from '../../namespace/keys.ts';
import { checkKeyLength, parseKey } from '../../namespace/keys.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import { alternateName, plainName } from '../../namespace/names-forms.ts';
import type { Caller, ObjectBody, ObjectConditions, ObjectInfo, ObjectMetadata, ShareId } from '../../service/index.ts';
import type { Attributes, NewFile } from '../../spi/index.ts';
import { checkConditions } from '../conditions.ts';
import { gatherWhole } from '../content/gather-whole.ts';
import type { WrittenContent } from '../content/write-content.ts';
import { writeContent } from '../content/write-content.ts';
import { infoOf } from '../object-info.ts';
import type { ObjectParts } from '../parts.ts';
import { placeIn } from '../tree/place.ts';
import { stampOfContent } from '../record/stamps.ts';
import { segmentXattr } from '../record/xattr-names.ts';
import { lookAgain } from '../tree/look-again.ts';
import { newObjectFile } from '../tree/new-file.ts';
import { lastOf, locate } from '../tree/walk.ts';
import type { Located } from '../tree/walk.ts';
import { putMarker } from './put-marker.ts';
import { temporaryFile, wholeContent } from './publication.ts';
import { publish } from './publish.ts';
import { presentObject } from './present.ts';

export async function put(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  key: string,
  body: ObjectBody,
  metadata: ObjectMetadata,
  conditions?: ObjectConditions,
): Promise<ObjectInfo> {
  const mount = parts.mounts.get(share);
  checkWritable(caller, mount);
  checkKeyLength(key);
  const path = parseKey(key);
  const located = await admit(parts, mount, caller, path, conditions);
  const content = path.last === '' && located.file === undefined ? await beginning(body) : body;
  if (content === 'empty') return putMarker(parts, mount, caller, path, body, metadata, conditions);
  return putFile(parts, mount, caller, path, located, content, metadata, conditions);
}

/** What may not be done, or must not by its conditions, is refused before its body is taken. It is checked again when it is done. */
export async function admit(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  path: KeyPath,
  conditions: ObjectConditions | undefined,
): Promise<Located> {
  return lookAgain(() => admitNow(parts, mount, caller, path, conditions));
}

async function admitNow(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  path: KeyPath,
  conditions: ObjectConditions | undefined,
): Promise<Located> {
  const located = await locate(parts, mount, caller, path);
  if (located.file === undefined) {
    // The marker `a/` of a directory that is there is an object, but no file.
    if (path.last !== '' || located.free === undefined) checkConditions(conditions, undefined, 'write');
    requireEntryChange(caller.principal, lastOf(located.way).attributes);
    return located;
  }
  const { attributes } = located.file;
  requireWrite(caller, attributes);
  checkConditions(conditions, await presentObject(parts, mount, caller, attributes, conditions), 'write');
  return located;
}

async function putFile(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  path: KeyPath,
  located: Located,
  body: ObjectBody,
  metadata: ObjectMetadata,
  conditions: ObjectConditions | undefined,
): Promise<ObjectInfo> {
  const file = fileFor(mount, caller, path, located);
  const gathered = await gatherWhole(mount.volume, body, parts.gathering, parts.contentHasher);
  try {
    const { whole, rest } = gathered;
    if (whole === undefined) return await putStream(parts, mount, caller, path, file, rest, metadata, conditions);
    const record = { ...recordOf(whole, metadata), size: whole.bytes.length };
    const publication = wholeContent(parts, mount, caller, whole.bytes, file.xattrs, record);
    return infoOf(path.key, await publish(parts, mount, caller, path, publication, conditions));
  } finally {
    gathered.release();
  }
}

/** A body that is written down as it comes, into a file that nobody sees yet. */
async function putStream(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  path: KeyPath,
  file: NewFile,
  body: ObjectBody,
  metadata: ObjectMetadata,
  conditions: ObjectConditions | undefined,
): Promise<ObjectInfo> {
  const { volume } = mount;
  const entry = await parts.system.createTemporary(mount, caller, file);
  try {
    const { gathering, contentHasher } = parts;
    const written = await writeContent(volume, caller, entry.attributes, body, gathering, contentHasher);
    const record = { ...recordOf(written, metadata), stamp: stampOfContent(written.file), size: written.file.size };
    const publication = await temporaryFile(parts, mount, caller, entry, record, written.writtenIn);
    return infoOf(path.key, await publish(parts, mount, caller, path, publication, conditions));
  } catch (error) {
    await parts.system.discard(mount, entry);
    throw error;
  }
}

/** The owner and mode that the file is likely to need: what its directory or its predecessor says now. */
export function fileFor(mount: MountedShare, caller: Caller, path: KeyPath, located: Located): NewFile {
  const directory = lastOf(located.way).attributes;
  const before = mount.volume.traits.replace === 'rename' ? located.file?.attributes : undefined;
  const { uid, gid, mode } = before ?? newObjectFile(caller.principal, directory);
  const xattrs = segmentXattrs(mount, directory, path.last);
  return { uid, gid, mode, ...(xattrs.size > 0 && { xattrs }) };
}

/** Kept by every file whose name may have to be a hashed one. */
function segmentXattrs(mount: MountedShare, directory: Attributes, segment: string): Map<string, Uint8Array> {
  const place = placeIn(mount, directory.id);
  const hashed =
    plainName(segment, place).form === 'hashed' || alternateName(segment, place).form === 'hashedAlternate';
  return new Map(hashed ? [[segmentXattr, Buffer.from(segment)]] : []);
}

/** What is known of a body when it has ended. */
function recordOf({ md5, checksums }: Pick<WrittenContent, 'md5' | 'checksums'>, metadata: ObjectMetadata) {
  const etag = Buffer.from(md5).toString('hex');
  return { etag, digest: md5, ...(checksums !== undefined && { checksums }), metadata, parts: 0 };
}

/** Whether there is anything in a body, without losing its first bytes. */
async function beginning(body: ObjectBody): Promise<ObjectBody | 'empty'> {
  let first = await body.read();
  while (first?.length === 0) first = await body.read();
  if (first === undefined) return 'empty';
  let waiting: Uint8Array | undefined = first;
  return {
    ...(body.length !== undefined && { length: body.length }),
    async read() {
      const bytes = waiting ?? (await body.read());
      waiting = undefined;
      return bytes;
    },
    finish: async (md5) => body.finish?.(md5),
  };
}
