import type { FileAgent } from './file-agent.ts';

/** Somebody else's client of CephFS, with a directory of the file system mounted. */
export interface ForeignClient {
  /** Works in the mounted directory. */
  readonly files: FileAgent;
  /** Unmounts: its session with the MDS is closed. */
  close(): Promise<void>;
}
