import type { Reader, Writer } from '@polynas/core/wire';

/** SMB2_FILEID (MS-SMB2 2.2.14.1). */
export interface FileId {
  readonly persistent: bigint;
  readonly volatile: bigint;
}

/** Both halves all ones: in a related compound, the open of the message before (MS-SMB2 3.3.5.2.7.2). */
export const RELATED_FILE_ID: FileId = { persistent: 0xffff_ffff_ffff_ffffn, volatile: 0xffff_ffff_ffff_ffffn };

export function readFileId(r: Reader): FileId {
  return { persistent: r.u64le(), volatile: r.u64le() };
}

export function writeFileId(w: Writer, fileId: FileId): void {
  w.u64le(fileId.persistent);
  w.u64le(fileId.volatile);
}

export function isRelatedFileId(fileId: FileId): boolean {
  return fileId.persistent === RELATED_FILE_ID.persistent && fileId.volatile === RELATED_FILE_ID.volatile;
}
