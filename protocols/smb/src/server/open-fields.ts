import type { FileId } from '../messages/file-id.ts';

/** What every open has (MS-SMB2 3.3.1.10). */
export interface OpenFields {
  readonly fileId: FileId;
  readonly treeId: number;
  /** Ends it, whatever waits on it included. Idempotent. */
  close(): Promise<void>;
}
