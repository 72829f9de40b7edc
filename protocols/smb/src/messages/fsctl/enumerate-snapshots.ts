import { type Reader, WireError, type Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';

/** SRV_SNAPSHOT_ARRAY (MS-SMB2 2.2.32.2). */
export interface SrvSnapshotArray {
  /** How many there are. */
  readonly numberOfSnapshots: number;
  /** Bytes that all of them need. */
  readonly snapshotArraySize: number;
  /** `@GMT-YYYY.MM.DD-HH.MM.SS`, all or, where the client's buffer is too small, none. */
  readonly snapshots: readonly string[];
}

/** Bytes of a list of tokens: each ends with NUL, the list with one more. */
export function snapshotArraySize(snapshots: readonly string[]): number {
  let characters = 1;
  for (const snapshot of snapshots) characters += snapshot.length + 1;
  return characters * 2;
}

export const srvSnapshotArray: Codec<SrvSnapshotArray> = {
  read(r: Reader): SrvSnapshotArray {
    const numberOfSnapshots = r.u32le();
    const returned = r.u32le();
    const size = r.u32le();
    const snapshots = returned === 0 ? [] : r.utf16le(size).split('\0').slice(0, returned);
    if (snapshots.length !== returned) throw new WireError('fewer snapshots than counted');
    return { numberOfSnapshots, snapshotArraySize: size, snapshots };
  },
  write(w: Writer, value: SrvSnapshotArray): void {
    w.u32le(value.numberOfSnapshots);
    w.u32le(value.snapshots.length);
    w.u32le(value.snapshotArraySize);
    for (const snapshot of value.snapshots) w.utf16le(`${snapshot}\0`);
    w.zeros(2);
  },
};
