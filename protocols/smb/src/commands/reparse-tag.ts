import type { FileType } from '@polynas/core/service';

/** IO_REPARSE_TAG_SYMLINK and IO_REPARSE_TAG_NFS (MS-FSCC 2.1.2.1). */
export const REPARSE_TAG_SYMLINK = 0xa000_000c;
export const REPARSE_TAG_NFS = 0x8000_0014;

/** The reparse tag of what is neither file nor directory; 0 for those. */
export function reparseTagOf(type: FileType): number {
  if (type === 'file' || type === 'directory') return 0;
  return type === 'symlink' ? REPARSE_TAG_SYMLINK : REPARSE_TAG_NFS;
}
