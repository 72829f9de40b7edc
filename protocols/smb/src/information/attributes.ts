import type { Attributes, Timestamp } from '@polynas/core/service';
import { FileAttribute } from './classes.ts';

/** 100 ns steps from 1601-01-01 to 1970-01-01, in seconds. */
const EPOCH_SECONDS = 11_644_473_600;
const STEPS_PER_SECOND = 10_000_000n;
/** The last second whose FILETIME fits 63 bits. */
const LAST_SECOND = 910_692_730_085;

/** The attribute bits that are stored with a file; the others say what it is. */
export const STORED_ATTRIBUTES =
  FileAttribute.READONLY |
  FileAttribute.HIDDEN |
  FileAttribute.SYSTEM |
  FileAttribute.ARCHIVE |
  FileAttribute.TEMPORARY |
  FileAttribute.SPARSE_FILE |
  FileAttribute.OFFLINE |
  FileAttribute.NOT_CONTENT_INDEXED;

/** Those of them that CREATE and FileBasicInformation set; SPARSE_FILE has an FSCTL of its own. */
export const SETTABLE_ATTRIBUTES = STORED_ATTRIBUTES & ~FileAttribute.SPARSE_FILE;

/** FileAttributes (MS-FSCC 2.6) of a file. */
export function fileAttributesOf(file: Attributes): number {
  const stored = file.dosBits & STORED_ATTRIBUTES;
  if (file.type === 'directory') return stored | FileAttribute.DIRECTORY;
  if (file.type !== 'file') return stored | FileAttribute.REPARSE_POINT;
  return stored === 0 ? FileAttribute.NORMAL : stored;
}

/** A FILETIME (MS-DTYP 2.3.3) of a time of a file; what lies before 1601 or beyond 2^63 − 1 is cut. */
export function fileTimeOf(time: Timestamp): bigint {
  const seconds = time.seconds + EPOCH_SECONDS;
  if (seconds < 0) return 0n;
  if (seconds > LAST_SECOND + EPOCH_SECONDS) return 0x7fff_ffff_ffff_ffffn;
  return BigInt(seconds) * STEPS_PER_SECOND + BigInt(Math.floor(time.nanoseconds / 100));
}

/** The four times, sizes and attributes, which most replies begin with, named as in MS-FSCC. */
export interface ShownAttributes {
  readonly creationTime: bigint;
  readonly lastAccessTime: bigint;
  readonly lastWriteTime: bigint;
  readonly changeTime: bigint;
  /** Bytes. */
  readonly allocationSize: number;
  /** Bytes; 0 for what has no content. */
  readonly endOfFile: number;
  readonly fileAttributes: number;
}

/** What SMB shows of a file, directory or stream. */
export function shownAttributes(file: Attributes): ShownAttributes {
  const hasContent = file.type === 'file';
  return {
    creationTime: fileTimeOf(file.born),
    lastAccessTime: fileTimeOf(file.accessed),
    lastWriteTime: fileTimeOf(file.modified),
    changeTime: fileTimeOf(file.changed),
    allocationSize: hasContent ? file.allocated : 0,
    endOfFile: hasContent ? file.size : 0,
    fileAttributes: fileAttributesOf(file),
  };
}

/** The 64-bit id that SMB knows a file by: the low half of the backend's. */
export function fileNumberOf(file: { readonly id: bigint }): bigint {
  return BigInt.asUintN(64, file.id);
}
