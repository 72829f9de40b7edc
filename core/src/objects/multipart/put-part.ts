import { checkWritable } from '../../namespace/files/parts.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { SystemEntry } from '../../namespace/system-directory.ts';
import type { Caller, ObjectBody, ObjectPart, ShareId } from '../../service/index.ts';
import type { Attributes, WriteEpoch } from '../../spi/index.ts';
import type { WholeContent } from '../content/gather-whole.ts';
import { gatherWhole } from '../content/gather-whole.ts';
import { writeContent } from '../content/write-content.ts';
import type { ObjectParts } from '../parts.ts';
import { partXattr } from '../record/xattr-names.ts';
import type { OpenUpload } from './open-upload.ts';
import { openUpload, orNoSuchUpload } from './open-upload.ts';
import { checkPartNumber, partName, partOf } from './part-files.ts';
import type { Placement } from './placed-parts.ts';
import { makeStable, placeFor } from './placed-parts.ts';
import type { PartRecord } from './upload-codec.ts';
import { encodePart } from './upload-codec.ts';

export async function putPart(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  key: string,
  uploadId: string,
  number: number,
  body: ObjectBody,
): Promise<ObjectPart> {
  const mount = parts.mounts.get(share);
  checkWritable(caller, mount);
  checkPartNumber(number);
  const upload = await openUpload(parts, mount, caller, key, uploadId);
  const { volume } = mount;
  const { gathering, contentHasher } = parts;
  const place = await orNoSuchUpload(uploadId, placeFor(parts, mount, caller, upload, number, body.length));
  if (place !== undefined) {
    return placedPart(parts, mount, caller, upload, number, place, async () => {
      const { file, at } = place;
      const { writtenIn, ...written } = await writeContent(volume, caller, file, body, gathering, contentHasher, at);
      return { record: { ...recordOf(written), placed: body.length! }, writtenIn };
    });
  }
  const gathered = await gatherWhole(volume, body, gathering, contentHasher);
  try {
    const { whole, rest } = gathered;
    if (whole !== undefined)
      return await publishedPart(parts, mount, caller, upload, number, recordOf(whole), [whole.bytes]);
    return await newPart(parts, mount, caller, upload, number, async (entry) => {
      const written = await writeContent(volume, caller, entry.attributes, rest, gathering, contentHasher);
      return { file: written.file, record: recordOf(written), writtenIn: written.writtenIn };
    });
  } finally {
    gathered.release();
  }
}

function recordOf({ md5, checksums }: Pick<WholeContent, 'md5' | 'checksums'>): PartRecord {
  return { md5, ...(checksums !== undefined && { checksums }) };
}

const partFile = { uid: 0, gid: 0, mode: 0o600 };

/** A part that comes with its name and its record in one step. */
async function publishedPart(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  { upload, directory }: OpenUpload,
  number: number,
  described: PartRecord,
  chunks: readonly Uint8Array[],
): Promise<ObjectPart> {
  const record = encodePart(described);
  const file = { ...partFile, xattrs: new Map([[partXattr, record]]) };
  const { attributes } = await orNoSuchUpload(
    upload.id,
    parts.system.withAside(mount, caller, directory, (aside) =>
      mount.volume.publish!(caller, directory, partName(number), file, chunks, { aside }),
    ),
  );
  return partOf(number, attributes, record);
}

/** A part whose bytes are written where they will lie in the object: what is a file of its own only says so. */
export async function placedPart(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  upload: OpenUpload,
  number: number,
  place: Placement,
  fill: () => Promise<{ readonly record: Required<Pick<PartRecord, 'placed'>> & PartRecord } & Written>,
): Promise<ObjectPart> {
  try {
    const { record, writtenIn } = await fill();
    await orNoSuchUpload(upload.upload.id, makeStable(mount.volume, caller, place.file.id, writtenIn));
    if (mount.volume.publish !== undefined)
      return await publishedPart(parts, mount, caller, upload, number, record, []);
    return await newPart(parts, mount, caller, upload, number, async ({ attributes }) => ({
      file: attributes,
      record,
    }));
  } finally {
    place.leave();
  }
}

interface Written {
  readonly writtenIn?: WriteEpoch | undefined;
}

/** Makes a part of what `fill` writes; it takes the place of an earlier one with the same number in one step. */
export async function newPart(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  { upload, directory }: OpenUpload,
  number: number,
  fill: (entry: SystemEntry) => Promise<{ readonly file: Attributes; readonly record: PartRecord } & Written>,
): Promise<ObjectPart> {
  const entry = await orNoSuchUpload(upload.id, parts.system.createTemporary(mount, caller, partFile, directory));
  try {
    const written = await fill(entry);
    const record = encodePart(written.record);
    const { volume } = mount;
    const name = partName(number);
    const { writtenIn } = written;
    const described = { xattr: partXattr, value: () => record };
    const replacement = {
      ...(writtenIn !== undefined && { writtenIn }),
      ...(!volume.traits.contentStamp && { described }),
    };
    if (volume.traits.contentStamp) {
      await orNoSuchUpload(upload.id, volume.setxattr(caller, entry.attributes.id, partXattr, record, 'either'));
    }
    const published = await orNoSuchUpload(
      upload.id,
      volume.replace(caller, directory, entry.name, directory, name, replacement),
    );
    parts.system.released(entry);
    return partOf(number, published.attributes, record);
  } catch (error) {
    await parts.system.discard(mount, entry);
    throw error;
  }
}
