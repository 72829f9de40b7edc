import type { Inode } from '../format/inode.ts';
import { rootId } from '../format/meta.ts';
import type { Transaction } from './transaction.ts';

/** Inside the mutation that creates the volume: the top directory. */
export function makeRoot(transaction: Transaction): void {
  const { now } = transaction;
  const root: Inode = {
    id: rootId,
    type: 'directory',
    mode: 0o755,
    uid: 0,
    gid: 0,
    nlink: 2,
    size: 0,
    allocated: 0,
    rdevMajor: 0,
    rdevMinor: 0,
    accessed: now,
    modified: now,
    changed: now,
    born: now,
    dosBits: 0,
    change: 1,
    contentStamp: 0,
    content: { id: 0, kind: 'none', blob: 0 },
    parent: rootId,
    parentCookie: 0,
    xattrBytes: 0,
    xattrCount: 0,
    verifier: undefined,
  };
  transaction.add(root);
}
