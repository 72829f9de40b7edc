import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';
import { type FileId, readFileId, writeFileId } from '../file-id.ts';

/** SMB2_DUPLICATE_EXTENTS_DATA (MS-FSCC 2.3, FSCTL_DUPLICATE_EXTENTS_TO_FILE): clones a range. Bytes. */
export interface DuplicateExtents {
  readonly sourceFileId: FileId;
  readonly sourceFileOffset: number;
  readonly targetFileOffset: number;
  readonly byteCount: number;
}

export const duplicateExtents: Codec<DuplicateExtents> = {
  read(r: Reader): DuplicateExtents {
    return {
      sourceFileId: readFileId(r),
      sourceFileOffset: r.u64leWide(),
      targetFileOffset: r.u64leWide(),
      byteCount: r.u64leWide(),
    };
  },
  write(w: Writer, value: DuplicateExtents): void {
    writeFileId(w, value.sourceFileId);
    w.u64leNumber(value.sourceFileOffset);
    w.u64leNumber(value.targetFileOffset);
    w.u64leNumber(value.byteCount);
  },
};
