import type { MountedShare } from '../../namespace/mounts.ts';
import type { SystemEntry } from '../../namespace/system-directory.ts';
import type { Caller, ObjectMetadata } from '../../service/index.ts';
import type {
  Attributes,
  FileId,
  Name,
  NewFile,
  PublishOptions,
  Replaced,
  ReplaceOptions,
  TargetCondition,
  WriteEpoch,
} from '../../spi/index.ts';
import type { ObjectParts } from '../parts.ts';
import type { Likeness } from './likeness.ts';
import type { Known } from '../record/etags.ts';
import { encodeRecord, stampOffset } from '../record/record-codec.ts';
import { stampOfContent } from '../record/stamps.ts';
import { recordXattr } from '../record/xattr-names.ts';

/** A content that is ready to become an object, and what is said of it. */
export interface Publication {
  readonly metadata: ObjectMetadata;
  /**
   * Makes it what a name means, in one step, stable when answered: readers see all of what was there before, or all of this.
   * The record that comes back is stored, and its stamp may not be that of the content.
   *
   * @param owner whose the file is from now on, and what it looks like; absent where the one that is there stays who it is
   */
  publish(
    directory: FileId,
    name: Name,
    ifTarget: TargetCondition,
    owner: Likeness | undefined,
  ): Promise<{ readonly replaced: Replaced; readonly record: Known['record'] }>;
}

/**
 * A temporary file with its content, and the record of that.
 *
 * @param record its stamp is that of the content; where there is no content stamp it is found out when it is published
 * @param writtenIn of bytes that are not stable yet: it becomes an object only when they are made so in this epoch
 */
export async function temporaryFile(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  entry: SystemEntry,
  record: Known['record'],
  writtenIn: WriteEpoch | undefined,
): Promise<Publication> {
  const { volume } = mount;
  const { contentStamp } = volume.traits;
  if (contentStamp) {
    await volume.setxattr(caller, entry.attributes.id, recordXattr, encodeRecord(record), 'either');
  }
  let { attributes } = entry;
  /** Extended attributes of a file that was to be replaced: another one may stand there by now. */
  const given = new Set<string>();
  /** It may have been made when nobody knew whose it would be. */
  const giveTo = async ({ uid, gid, mode, dosBits = 0, xattrs = new Map() }: Likeness): Promise<void> => {
    const wanted = { uid, gid, mode, dosBits };
    const isSame = (Object.keys(wanted) as (keyof typeof wanted)[]).every((name) => attributes[name] === wanted[name]);
    if (!isSame) ({ after: attributes } = await volume.setattr(caller, attributes.id, wanted));
    for (const name of [...given].filter((each) => !xattrs.has(each))) {
      attributes = await volume.removexattr(caller, attributes.id, name);
      given.delete(name);
    }
    for (const [name, value] of xattrs) {
      given.add(name);
      attributes = await volume.setxattr(caller, attributes.id, name, value, 'either');
    }
  };
  return {
    metadata: record.metadata,
    publish: async (directory, name, ifTarget, owner) => {
      if (owner !== undefined) await giveTo(owner);
      const stamping = contentStamp ? stampedBefore(record) : stampedByChange(record);
      const options = { ifTarget, ...(writtenIn !== undefined && { writtenIn }), ...stamping.options };
      const replaced = await volume.replace(caller, entry.directory, entry.name, directory, name, options);
      parts.system.released(entry);
      return { replaced, record: { ...record, stamp: stamping.stampOf(replaced.attributes) } };
    },
  };
}

/**
 * Bytes in memory that come with their name and their record in one step.
 *
 * @param xattrs what else the file gets
 * @param record its stamp is found out when it is published
 */
export function wholeContent(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  bytes: Uint8Array,
  xattrs: NewFile['xattrs'],
  record: Omit<Known['record'], 'stamp'>,
): Publication {
  const { volume } = mount;
  const all = new Map(xattrs).set(recordXattr, encodeRecord({ ...record, stamp: 0n }));
  return {
    metadata: record.metadata,
    publish: async (directory, name, ifTarget, owner = nobody) => {
      const file = { ...owner, xattrs: new Map([...(owner.xattrs ?? []), ...all]) };
      const stamping = volume.traits.contentStamp ? stampedByVolume : stampedByChange(record);
      const replaced = await parts.system.withAside(mount, caller, undefined, (aside) =>
        volume.publish!(caller, directory, name, file, bytes.length === 0 ? [] : [bytes], {
          aside,
          ifTarget,
          ...stamping.options,
        }),
      );
      return { replaced, record: { ...record, stamp: stamping.stampOf(replaced.attributes) } };
    },
  };
}

/** How a new file's record comes by the stamp of its content, which is known when the file is. */
interface Stamping<Options = Pick<PublishOptions, 'stampIn' | 'described'>> {
  readonly options: Options;
  /** What the record holds. */
  stampOf(file: Attributes): bigint;
}

const stampedByVolume: Stamping = {
  options: { stampIn: { xattr: recordXattr, offset: stampOffset } },
  stampOf: ({ contentStamp = 0n }) => contentStamp,
};

/** The record is set, and moves with its content. */
function stampedBefore({ stamp }: Known['record']): Stamping<object> {
  return { options: {}, stampOf: () => stamp };
}

/** The change counter stands for the content: docs/decisions/object-hashing.md. */
function stampedByChange(record: Omit<Known['record'], 'stamp'>): Stamping<Pick<ReplaceOptions, 'described'>> {
  let stamp = 0n;
  const value = (file: Attributes): Uint8Array => {
    stamp = stampOfContent(file);
    return encodeRecord({ ...record, stamp, size: file.size, modified: file.modified });
  };
  return { options: { described: { xattr: recordXattr, value } }, stampOf: () => stamp };
}

/** Where the file that is there keeps its owner. */
const nobody: Likeness = { uid: 0, gid: 0, mode: 0o600 };
