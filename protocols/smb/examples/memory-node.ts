/** A file or directory of the tree in memory. */
import type { Attributes, FileType, LockConflict, NewAttributes, Open, Timestamp } from '@polynas/core/service';

export const SHARE = 1;

export interface Node {
  attributes: Attributes;
  content: Buffer;
  /** Of a directory. A Map keeps the order of creation. */
  readonly entries: Map<string, { readonly cookie: bigint; readonly node: Node }>;
  parent: bigint;
  readonly opens: Set<Open & { place: Open['place'] }>;
  readonly locks: { readonly open: Open | undefined; readonly conflict: LockConflict }[];
  deletePending: boolean;
}

export function newNode(id: bigint, type: FileType, { mode, dosBits = 0 }: NewAttributes): Node {
  const time = now();
  const times = { accessed: time, modified: time, changed: time, born: time };
  const sizes = { nlink: 1, size: 0, allocated: 0, rdev: { major: 0, minor: 0 }, change: 1n };
  const attributes = { id, type, mode, uid: 0, gid: 0, dosBits, ...times, ...sizes };
  const content = Buffer.alloc(0);
  return { attributes, content, entries: new Map(), parent: id, opens: new Set(), locks: [], deletePending: false };
}

type Changes = Parameters<Open['setattr']>[1];

export function change(node: Node, { size, accessed, modified, ...rest }: Changes): void {
  const time = now();
  if (size !== undefined && size !== node.content.length) {
    const content = Buffer.alloc(size);
    node.content.copy(content);
    node.content = content;
  }
  node.attributes = {
    ...node.attributes,
    ...rest,
    ...{ size: node.content.length, allocated: node.content.length, changed: time },
    ...((modified !== undefined || size !== undefined) && { modified: typeof modified === 'object' ? modified : time }),
    ...(accessed !== undefined && { accessed: typeof accessed === 'object' ? accessed : time }),
    change: node.attributes.change + 1n,
  };
}

function now(): Timestamp {
  const milliseconds = Date.now();
  return { seconds: Math.floor(milliseconds / 1000), nanoseconds: (milliseconds % 1000) * 1e6 };
}
