import { StorageError } from '@polynas/core/spi';
import type { Attributes, FileId, FileType } from '@polynas/core/spi';
import type { Statx } from '../native/mount-api.ts';
import { decodeDevice } from './device.ts';
import type { OwnRecord } from './own-record.ts';
import { effectiveTime } from './times.ts';

/** `CEPH_NOSNAP`: what `stx_dev` says of everything that is in no snapshot. */
const noSnapshot = 2n ** 64n - 2n;
const formatMask = 0o170_000;
/** By `S_IFMT`. */
const types: Readonly<Record<number, FileType>> = {
  0o010_000: 'fifo',
  0o020_000: 'character',
  0o040_000: 'directory',
  0o060_000: 'block',
  0o100_000: 'file',
  0o120_000: 'symlink',
  0o140_000: 'socket',
};
const formats = new Map(Object.entries(types).map(([format, type]) => [type, Number(format)]));
/** CephFS gives the bytes below a directory, which move without its change counter. */
const directoryBytes = 4096;
const noDevice = { major: 0, minor: 0 };

/** An inode of a snapshot has the same number as the living one. */
export function fileIdOf({ ino, dev }: Pick<Statx, 'ino' | 'dev'>): FileId {
  return dev === noSnapshot ? ino : (dev << 64n) | ino;
}

export function typeOfMode(mode: number): FileType {
  const type = types[mode & formatMask];
  if (type === undefined) throw new StorageError('corrupt', `a file of mode ${mode.toString(8)}`);
  return type;
}

export function formatOf(type: FileType): number {
  return formats.get(type) ?? 0;
}

/** What a volume says of a file, from what CephFS and our record say. `hiddenDirectories`: sub-directories that callers do not see. */
export function attributesOf(statx: Statx, own: OwnRecord, hiddenDirectories = 0): Attributes {
  const type = typeOfMode(statx.mode);
  const isDirectory = type === 'directory';
  const isDevice = type === 'block' || type === 'character';
  return {
    id: fileIdOf(statx),
    type,
    mode: statx.mode & 0o7777,
    uid: statx.uid,
    gid: statx.gid,
    nlink: statx.nlink - (statx.nlink > hiddenDirectories ? hiddenDirectories : 0),
    size: isDirectory ? directoryBytes : (own.target?.length ?? statx.size),
    allocated: isDirectory ? directoryBytes : statx.blocks * 512,
    rdev: isDevice ? decodeDevice(statx.rdev) : noDevice,
    accessed: effectiveTime(statx.accessed, own.accessed),
    modified: effectiveTime(statx.modified, own.modified),
    changed: statx.changed,
    born: effectiveTime(statx.born, own.born),
    dosBits: own.dosBits,
    change: statx.version,
  };
}
