import type { Attributes, DeviceNumber, FileId, FileType, Timestamp } from '@polynas/core/spi';
import type { Entries } from './entries.ts';
import type { Pages } from './pages.ts';

/** What is kept of one file. The part that `kind` names is the content. */
export interface Inode {
  readonly id: FileId;
  readonly type: FileType;
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  readonly rdev: DeviceNumber;
  accessed: Timestamp;
  modified: Timestamp;
  changed: Timestamp;
  born: Timestamp;
  dosBits: number;
  change: bigint;
  readonly xattrs: Map<string, Uint8Array>;
  readonly verifier: bigint | undefined;
  /** Open handles; they keep a file without names. */
  opens: number;
  readonly content: FileContent | DirectoryContent | SymlinkContent | NoContent;
}

export interface FileContent {
  readonly kind: 'file';
  size: number;
  pages: Pages;
  stamp: bigint;
}

export interface DirectoryContent {
  readonly kind: 'directory';
  readonly entries: Entries<Inode>;
  /** Where the directory is; none for the root. */
  parent: { readonly directory: Directory; readonly key: string } | undefined;
}

export interface SymlinkContent {
  readonly kind: 'symlink';
  readonly target: Uint8Array;
}

export interface NoContent {
  readonly kind: 'none';
}

export type Directory = Inode & { readonly content: DirectoryContent };
export type RegularFile = Inode & { readonly content: FileContent };

export function isDirectory(inode: Inode): inode is Directory {
  return inode.content.kind === 'directory';
}

export function isRegularFile(inode: Inode): inode is RegularFile {
  return inode.content.kind === 'file';
}

function sizeOf(inode: Inode): number {
  switch (inode.content.kind) {
    case 'file':
      return inode.content.size;
    case 'symlink':
      return inode.content.target.length;
    case 'directory':
      return inode.content.entries.size;
    case 'none':
      return 0;
  }
}

/** A snapshot of the attributes. */
export function attributesOf(inode: Inode, traits: { contentStamp: boolean; sparse: boolean }): Attributes {
  const { content } = inode;
  const size = sizeOf(inode);
  return {
    id: inode.id,
    type: inode.type,
    mode: inode.mode,
    uid: inode.uid,
    gid: inode.gid,
    nlink: inode.nlink,
    size,
    allocated: content.kind === 'file' && traits.sparse ? content.pages.allocated : size,
    rdev: inode.rdev,
    accessed: inode.accessed,
    modified: inode.modified,
    changed: inode.changed,
    born: inode.born,
    dosBits: inode.dosBits,
    change: inode.change,
    ...(content.kind === 'file' && traits.contentStamp ? { contentStamp: content.stamp } : {}),
  };
}
