import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../messages/codec.ts';
import { FileInformationClass } from './classes.ts';

/** What an entry of any directory class is made from. Times are FILETIMEs, sizes bytes. */
export interface DirectoryInformation {
  readonly fileIndex: number;
  readonly creationTime: bigint;
  readonly lastAccessTime: bigint;
  readonly lastWriteTime: bigint;
  readonly changeTime: bigint;
  readonly endOfFile: number;
  readonly allocationSize: number;
  readonly fileAttributes: number;
  /** Bytes of the extended attributes; for a reparse point its tag. */
  readonly eaSize: number;
  readonly fileId: bigint;
  readonly fileName: string;
}

/** Entries of a directory class begin at multiples of 8 (MS-FSCC 2.4). */
export const DIRECTORY_ENTRY_UNIT = 8;

/** Which fields an entry of the class has beside its name. */
interface Shape {
  readonly times: boolean;
  readonly eaSize: boolean;
  /** ShortNameLength, Reserved, ShortName: always written as "has none"; 8.3 names are not generated. */
  readonly shortName: boolean;
  readonly fileId: 'none' | 'wide' | 'extended';
  /** Bytes before FileId. */
  readonly padding: number;
}

const SHORT_NAME_BYTES = 24;

function entry(shape: Shape): Codec<DirectoryInformation> {
  return {
    read(r: Reader): DirectoryInformation {
      const fileIndex = r.u32le();
      let times = NO_TIMES;
      if (shape.times) {
        times = {
          creationTime: r.u64le(),
          lastAccessTime: r.u64le(),
          lastWriteTime: r.u64le(),
          changeTime: r.u64le(),
          endOfFile: r.u64leNumber(),
          allocationSize: r.u64leNumber(),
          fileAttributes: r.u32le(),
        };
      }
      const nameLength = r.u32le();
      let eaSize = shape.eaSize ? r.u32le() : 0;
      if (shape.shortName) r.skip(2 + SHORT_NAME_BYTES);
      if (shape.fileId === 'extended') {
        const tag = r.u32le();
        if (tag !== 0) eaSize = tag;
      }
      r.skip(shape.padding);
      const fileId = shape.fileId === 'none' ? 0n : r.u64le();
      if (shape.fileId === 'extended') r.skip(8);
      return { fileIndex, ...times, eaSize, fileId, fileName: r.utf16le(nameLength) };
    },
    write(w: Writer, value: DirectoryInformation): void {
      w.u32le(value.fileIndex);
      if (shape.times) {
        w.u64le(value.creationTime);
        w.u64le(value.lastAccessTime);
        w.u64le(value.lastWriteTime);
        w.u64le(value.changeTime);
        w.u64leNumber(value.endOfFile);
        w.u64leNumber(value.allocationSize);
        w.u32le(value.fileAttributes);
      }
      w.u32le(value.fileName.length * 2);
      const reparse = shape.fileId === 'extended' && (value.fileAttributes & 0x400) !== 0;
      if (shape.eaSize) w.u32le(reparse ? 0 : value.eaSize);
      if (shape.shortName) w.zeros(2 + SHORT_NAME_BYTES);
      if (shape.fileId === 'extended') w.u32le(reparse ? value.eaSize : 0);
      w.zeros(shape.padding);
      if (shape.fileId !== 'none') w.u64le(value.fileId);
      if (shape.fileId === 'extended') w.zeros(8);
      w.utf16le(value.fileName);
    },
  };
}

const NO_TIMES = {
  creationTime: 0n,
  lastAccessTime: 0n,
  lastWriteTime: 0n,
  changeTime: 0n,
  endOfFile: 0,
  allocationSize: 0,
  fileAttributes: 0,
};

const PLAIN: Shape = { times: true, eaSize: false, shortName: false, fileId: 'none', padding: 0 };

/** Entries, without NextEntryOffset, of each class that QUERY_DIRECTORY may ask for. */
export const directoryEntries: ReadonlyMap<number, Codec<DirectoryInformation>> = new Map([
  [FileInformationClass.FileDirectoryInformation, entry(PLAIN)],
  [FileInformationClass.FileFullDirectoryInformation, entry({ ...PLAIN, eaSize: true })],
  [FileInformationClass.FileBothDirectoryInformation, entry({ ...PLAIN, eaSize: true, shortName: true })],
  [FileInformationClass.FileNamesInformation, entry({ ...PLAIN, times: false })],
  [
    FileInformationClass.FileIdBothDirectoryInformation,
    entry({ ...PLAIN, eaSize: true, shortName: true, fileId: 'wide', padding: 2 }),
  ],
  [FileInformationClass.FileIdFullDirectoryInformation, entry({ ...PLAIN, eaSize: true, fileId: 'wide', padding: 4 })],
  // The 128-bit id has the 64-bit one in its low half.
  [FileInformationClass.FileIdExtdDirectoryInformation, entry({ ...PLAIN, eaSize: true, fileId: 'extended' })],
]);
