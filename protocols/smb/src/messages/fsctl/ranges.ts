import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';

/** A range of a file in bytes; values above 2^53 − 1 are rounded, see `Reader.u64leWide`. */
export interface FileRange {
  readonly fileOffset: number;
  readonly length: number;
}

/** FILE_ALLOCATED_RANGE_BUFFER (MS-FSCC 2.3, FSCTL_QUERY_ALLOCATED_RANGES): one in the request, a list in the reply. */
export const fileAllocatedRange: Codec<FileRange> = {
  read(r: Reader): FileRange {
    return { fileOffset: r.u64leWide(), length: r.u64leWide() };
  },
  write(w: Writer, value: FileRange): void {
    w.u64leNumber(value.fileOffset);
    w.u64leNumber(value.length);
  },
};

/** FILE_ZERO_DATA_INFORMATION (MS-FSCC 2.3, FSCTL_SET_ZERO_DATA). */
export interface FileZeroData {
  readonly fileOffset: number;
  /** First byte that is not zeroed. */
  readonly beyondFinalZero: number;
}

export const fileZeroData: Codec<FileZeroData> = {
  read(r: Reader): FileZeroData {
    return { fileOffset: r.u64leWide(), beyondFinalZero: r.u64leWide() };
  },
  write(w: Writer, value: FileZeroData): void {
    w.u64leNumber(value.fileOffset);
    w.u64leNumber(value.beyondFinalZero);
  },
};

/** FILE_SET_SPARSE_BUFFER (MS-FSCC 2.3, FSCTL_SET_SPARSE): an absent buffer means true. */
export const fileSetSparse: Codec<boolean> = {
  read(r: Reader): boolean {
    return r.remaining === 0 || r.u8() !== 0;
  },
  write(w: Writer, sparse: boolean): void {
    w.u8(Number(sparse));
  },
};
