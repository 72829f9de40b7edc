import { type Reader, WireError, type Writer } from '@polynas/core/wire';
import type { Codec } from '../messages/codec.ts';

/** FileBasicInformation (MS-FSCC 2.4). FILETIMEs; in a SET see `timeChange`. */
export interface FileBasicInformation {
  readonly creationTime: bigint;
  readonly lastAccessTime: bigint;
  readonly lastWriteTime: bigint;
  readonly changeTime: bigint;
  /** 0 in a SET: leave them. */
  readonly fileAttributes: number;
}

export const fileBasicInformation: Codec<FileBasicInformation> = {
  read(r: Reader): FileBasicInformation {
    const value = {
      creationTime: r.u64le(),
      lastAccessTime: r.u64le(),
      lastWriteTime: r.u64le(),
      changeTime: r.u64le(),
      fileAttributes: r.u32le(),
    };
    r.skip(4);
    return value;
  },
  write(w: Writer, value: FileBasicInformation): void {
    w.u64le(value.creationTime);
    w.u64le(value.lastAccessTime);
    w.u64le(value.lastWriteTime);
    w.u64le(value.changeTime);
    w.u32le(value.fileAttributes);
    w.zeros(4);
  },
};

/** FileStandardInformation (MS-FSCC 2.4). Sizes in bytes. */
export interface FileStandardInformation {
  readonly allocationSize: number;
  readonly endOfFile: number;
  readonly numberOfLinks: number;
  readonly deletePending: boolean;
  readonly directory: boolean;
}

export const fileStandardInformation: Codec<FileStandardInformation> = {
  read(r: Reader): FileStandardInformation {
    const value = {
      allocationSize: r.u64leNumber(),
      endOfFile: r.u64leNumber(),
      numberOfLinks: r.u32le(),
      deletePending: r.u8() !== 0,
      directory: r.u8() !== 0,
    };
    r.skip(2);
    return value;
  },
  write(w: Writer, value: FileStandardInformation): void {
    w.u64leNumber(value.allocationSize);
    w.u64leNumber(value.endOfFile);
    w.u32le(value.numberOfLinks);
    w.u8(Number(value.deletePending));
    w.u8(Number(value.directory));
    w.zeros(2);
  },
};

/** A 32-bit number: EaSize, AccessFlags, Mode, AlignmentRequirement, Flags of FileDispositionInformationEx. */
const number32: Codec<number> = {
  read(r: Reader): number {
    return r.u32le();
  },
  write(w: Writer, value: number): void {
    w.u32le(value);
  },
};

/** A 64-bit size in bytes; above 2^53 − 1 it is rounded, see `Reader.u64leWide`. */
const size64: Codec<number> = {
  read(r: Reader): number {
    return r.u64leWide();
  },
  write(w: Writer, value: number): void {
    w.u64leNumber(value);
  },
};

/** A name with its length in bytes before it. */
const countedName: Codec<string> = {
  read(r: Reader): string {
    return r.utf16le(r.u32le());
  },
  write(w: Writer, name: string): void {
    w.u32le(name.length * 2);
    w.utf16le(name);
  },
};

/** FileInternalInformation (MS-FSCC 2.4): the file's 64-bit id. */
export const fileInternalInformation: Codec<bigint> = {
  read(r: Reader): bigint {
    return r.u64le();
  },
  write(w: Writer, fileId: bigint): void {
    w.u64le(fileId);
  },
};

/** FileEaInformation (MS-FSCC 2.4): bytes. */
export const fileEaInformation = number32;
/** FileAccessInformation (MS-FSCC 2.4). */
export const fileAccessInformation = number32;
/** FileModeInformation (MS-FSCC 2.4). */
export const fileModeInformation = number32;
/** FileAlignmentInformation (MS-FSCC 2.4). */
export const fileAlignmentInformation = number32;
/** FilePositionInformation (MS-FSCC 2.4): bytes. */
export const filePositionInformation = size64;
/** FileAllocationInformation (MS-FSCC 2.4): bytes. */
export const fileAllocationInformation = size64;
/** FileEndOfFileInformation (MS-FSCC 2.4): bytes. */
export const fileEndOfFileInformation = size64;
/** FileNameInformation (MS-FSCC 2.1.7), FileAlternateNameInformation, FileNormalizedNameInformation. */
export const fileNameInformation = countedName;

/** Flags of FileDispositionInformationEx (MS-FSCC 2.4). */
export const DispositionFlag = {
  DELETE: 0x01,
  POSIX_SEMANTICS: 0x02,
  FORCE_IMAGE_SECTION_CHECK: 0x04,
  ON_CLOSE: 0x08,
  IGNORE_READONLY_ATTRIBUTE: 0x10,
} as const;

/** FileDispositionInformationEx (MS-FSCC 2.4): {@link DispositionFlag}s. */
export const fileDispositionInformationEx = number32;

/** FileDispositionInformation (MS-FSCC 2.4): delete pending. */
export const fileDispositionInformation: Codec<boolean> = {
  read(r: Reader): boolean {
    return r.u8() !== 0;
  },
  write(w: Writer, deletePending: boolean): void {
    w.u8(Number(deletePending));
  },
};

/** FileAllInformation (MS-FSCC 2.4). */
export interface FileAllInformation {
  readonly basic: FileBasicInformation;
  readonly standard: FileStandardInformation;
  readonly internal: bigint;
  readonly eaSize: number;
  readonly accessFlags: number;
  readonly currentByteOffset: number;
  readonly mode: number;
  readonly alignmentRequirement: number;
  readonly fileName: string;
}

export const fileAllInformation: Codec<FileAllInformation> = {
  read(r: Reader): FileAllInformation {
    return {
      basic: fileBasicInformation.read(r),
      standard: fileStandardInformation.read(r),
      internal: r.u64le(),
      eaSize: r.u32le(),
      accessFlags: r.u32le(),
      currentByteOffset: r.u64leWide(),
      mode: r.u32le(),
      alignmentRequirement: r.u32le(),
      fileName: countedName.read(r),
    };
  },
  write(w: Writer, value: FileAllInformation): void {
    fileBasicInformation.write(w, value.basic);
    fileStandardInformation.write(w, value.standard);
    w.u64le(value.internal);
    w.u32le(value.eaSize);
    w.u32le(value.accessFlags);
    w.u64leNumber(value.currentByteOffset);
    w.u32le(value.mode);
    w.u32le(value.alignmentRequirement);
    countedName.write(w, value.fileName);
  },
};

/** One entry, without NextEntryOffset, of FileStreamInformation (MS-FSCC 2.4). Entries begin at multiples of 8. */
export interface FileStreamInformation {
  readonly streamSize: number;
  readonly streamAllocationSize: number;
  /** `:name:$DATA`, the unnamed one `::$DATA`. */
  readonly streamName: string;
}

export const STREAM_ENTRY_UNIT = 8;

export const fileStreamInformation: Codec<FileStreamInformation> = {
  read(r: Reader): FileStreamInformation {
    const nameLength = r.u32le();
    return {
      streamSize: r.u64leNumber(),
      streamAllocationSize: r.u64leNumber(),
      streamName: r.utf16le(nameLength),
    };
  },
  write(w: Writer, value: FileStreamInformation): void {
    w.u32le(value.streamName.length * 2);
    w.u64leNumber(value.streamSize);
    w.u64leNumber(value.streamAllocationSize);
    w.utf16le(value.streamName);
  },
};

/** FileCompressionInformation (MS-FSCC 2.4): nothing is ever compressed, so only the size is told. */
export const fileCompressionInformation: Codec<{ readonly compressedFileSize: number }> = {
  read(r: Reader) {
    const compressedFileSize = r.u64leNumber();
    r.skip(8);
    return { compressedFileSize };
  },
  write(w: Writer, value: { readonly compressedFileSize: number }): void {
    w.u64leNumber(value.compressedFileSize);
    w.zeros(8);
  },
};

/** FileNetworkOpenInformation (MS-FSCC 2.4). */
export interface FileNetworkOpenInformation {
  readonly creationTime: bigint;
  readonly lastAccessTime: bigint;
  readonly lastWriteTime: bigint;
  readonly changeTime: bigint;
  readonly allocationSize: number;
  readonly endOfFile: number;
  readonly fileAttributes: number;
}

export const fileNetworkOpenInformation: Codec<FileNetworkOpenInformation> = {
  read(r: Reader): FileNetworkOpenInformation {
    const value = {
      creationTime: r.u64le(),
      lastAccessTime: r.u64le(),
      lastWriteTime: r.u64le(),
      changeTime: r.u64le(),
      allocationSize: r.u64leNumber(),
      endOfFile: r.u64leNumber(),
      fileAttributes: r.u32le(),
    };
    r.skip(4);
    return value;
  },
  write(w: Writer, value: FileNetworkOpenInformation): void {
    w.u64le(value.creationTime);
    w.u64le(value.lastAccessTime);
    w.u64le(value.lastWriteTime);
    w.u64le(value.changeTime);
    w.u64leNumber(value.allocationSize);
    w.u64leNumber(value.endOfFile);
    w.u32le(value.fileAttributes);
    w.zeros(4);
  },
};

/** FileAttributeTagInformation (MS-FSCC 2.4). */
export interface FileAttributeTagInformation {
  readonly fileAttributes: number;
  readonly reparseTag: number;
}

export const fileAttributeTagInformation: Codec<FileAttributeTagInformation> = {
  read(r: Reader): FileAttributeTagInformation {
    return { fileAttributes: r.u32le(), reparseTag: r.u32le() };
  },
  write(w: Writer, value: FileAttributeTagInformation): void {
    w.u32le(value.fileAttributes);
    w.u32le(value.reparseTag);
  },
};

/** FileIdInformation (MS-FSCC 2.4): a 128-bit id whose low half is the 64-bit one. */
export interface FileIdInformation {
  readonly volumeSerialNumber: bigint;
  readonly fileId: bigint;
  readonly fileIdHigh: bigint;
}

export const fileIdInformation: Codec<FileIdInformation> = {
  read(r: Reader): FileIdInformation {
    return { volumeSerialNumber: r.u64le(), fileId: r.u64le(), fileIdHigh: r.u64le() };
  },
  write(w: Writer, value: FileIdInformation): void {
    w.u64le(value.volumeSerialNumber);
    w.u64le(value.fileId);
    w.u64le(value.fileIdHigh);
  },
};

/**
 * FileRenameInformation for SMB2 (MS-FSCC 2.4), FileLinkInformation and FileRenameInformationEx: one
 * shape; in the Ex form `flags` are four bytes, of which bit 0 is "replace if exists".
 */
export interface FileRenameInformation {
  readonly flags: number;
  readonly rootDirectory: bigint;
  /** From the share's root. */
  readonly fileName: string;
}

export const REPLACE_IF_EXISTS = 0x1;

export const fileRenameInformation: Codec<FileRenameInformation> = {
  read(r: Reader): FileRenameInformation {
    // One byte and seven reserved ones, which clients leave dirty.
    const flags = r.u8() === 0 ? 0 : REPLACE_IF_EXISTS;
    r.skip(7);
    return { flags, rootDirectory: r.u64le(), fileName: renamed(r) };
  },
  write(w: Writer, value: FileRenameInformation): void {
    w.u8(value.flags & REPLACE_IF_EXISTS);
    w.zeros(7);
    w.u64le(value.rootDirectory);
    countedName.write(w, value.fileName);
  },
};

export const fileRenameInformationEx: Codec<FileRenameInformation> = {
  read(r: Reader): FileRenameInformation {
    const flags = r.u32le();
    r.skip(4);
    return { flags, rootDirectory: r.u64le(), fileName: renamed(r) };
  },
  write(w: Writer, value: FileRenameInformation): void {
    w.u32le(value.flags);
    w.zeros(4);
    w.u64le(value.rootDirectory);
    countedName.write(w, value.fileName);
  },
};

function renamed(r: Reader): string {
  const fileName = countedName.read(r);
  if (fileName.includes('\0')) throw new WireError('NUL in a new name');
  return fileName;
}
