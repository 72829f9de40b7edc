/**
 * The tree that `serve-tree.ts` serves: files and opens in memory. It has no permissions, quota, streams or extended attributes: `caller` is where
 * the first would be asked.
 */
import type {
  Created,
  DirectoryChange,
  FileRef,
  FileType,
  Name,
  NewAttributes,
  OpenRequest,
  VolumeTraits,
} from '@polynas/core/service';
import { access, stampOf, StorageError } from '@polynas/core/service';
import type { SmbServices } from 'smb2-server';
import { change, newNode, type Node, SHARE } from './memory-node.ts';
import { MemoryOpen } from './memory-open.ts';

type Files = SmbServices['files'];
type State = SmbServices['state'];

export const ROOT = 1n;
const ALL_RIGHTS = Object.values(access).reduce((all, right) => all | right, 0);
const text = (name: Name): string => Buffer.from(name).toString();
const traits = { maxNameBytes: 255, maxFileSize: 2 ** 31, maxLinks: 1, timeGranularity: 100 };

export class MemoryTree implements Files, State {
  private readonly nodes = new Map<bigint, Node>();
  private lastId = ROOT;
  private lastCookie = 2n;

  constructor() {
    this.nodes.set(ROOT, newNode(ROOT, 'directory', { mode: 0o777 }));
  }

  // Files: look-up.
  root = (): FileRef => ({ share: SHARE, id: ROOT });
  limits = (): VolumeTraits => traits as VolumeTraits;
  statfs: Files['statfs'] = async () => {
    const bytes = 2 ** 30;
    return { totalBytes: bytes, freeBytes: bytes, availableBytes: bytes, totalFiles: 1e6, freeFiles: 1e6 };
  };
  getattr: Files['getattr'] = async (_caller, file) => this.node(file).attributes;
  readlink: Files['readlink'] = refused;
  lookup: Files['lookup'] = async (_caller, directory, name) => {
    const from = this.directory(directory);
    const found = find(from, text(name));
    if (found === undefined) return { directory: from.attributes };
    return { attributes: found.node.attributes, name: Buffer.from(found.name), directory: from.attributes };
  };
  readdir: Files['readdir'] = async (_caller, file, cookie, { limit }) => {
    const directory = this.directory(file);
    const all = [...directory.entries].filter(([, entry]) => entry.cookie > cookie);
    const entries = all.slice(0, limit).map(([name, entry]) => {
      const { attributes } = entry.node;
      return { name: Buffer.from(name), id: attributes.id, type: attributes.type, cookie: entry.cookie, attributes };
    });
    return { entries, end: entries.length === all.length, directory: directory.attributes, parent: directory.parent };
  };
  pathBelow: Files['pathBelow'] = async (_caller, above, directory) => {
    const names: Name[] = [];
    for (let node = this.node(directory); node.attributes.id !== above.id; node = this.nodes.get(node.parent)!) {
      if (node.attributes.id === ROOT) return undefined;
      const named = [...this.nodes.get(node.parent)!.entries].find(([, entry]) => entry.node === node);
      if (named === undefined) return undefined;
      names.unshift(Buffer.from(named[0]));
    }
    return names;
  };

  // Files: change.
  create: Files['create'] = async (_caller, directory, name, mode, wanted) => {
    const found = find(this.directory(directory), text(name));
    if (found === undefined) return this.make(directory, name, 'file', wanted);
    if (mode.kind !== 'unchecked') throw new StorageError('exists');
    return { attributes: found.node.attributes, created: false, directory: this.changed(directory, () => undefined) };
  };
  mkdir: Files['mkdir'] = async (_caller, directory, name, wanted) => this.make(directory, name, 'directory', wanted);
  setattr: Files['setattr'] = async (_caller, file, changes) => {
    const node = this.node(file);
    const before = stampOf(node.attributes);
    change(node, changes);
    return { before, after: node.attributes };
  };
  remove: Files['remove'] = async (_caller, directory, name) => this.take(directory, text(name));
  rmdir: Files['rmdir'] = async (_caller, directory, name) => this.take(directory, text(name));
  link: Files['link'] = refused;

  // No streams and extended attributes.
  streams: Files['streams'] = async () => [];
  stream: Files['stream'] = async () => undefined;
  listxattr: Files['listxattr'] = async () => [];
  getxattr: Files['getxattr'] = async () => undefined;
  setxattr: Files['setxattr'] = refused;
  removexattr: Files['removexattr'] = refused;

  // State: opens and locks.
  rights: State['rights'] = async () => ALL_RIGHTS;
  open: State['open'] = async (_caller, file, request) => {
    const node = this.node(file);
    if (node.deletePending) throw new StorageError('deletePending');
    const shared = (one: { access: number; deny: number }, other: { access: number; deny: number }): boolean =>
      (one.access & other.deny) === 0 && (other.access & one.deny) === 0;
    if (![...node.opens].every((other) => shared(other, request))) throw new StorageError('sharingViolation');
    return new MemoryOpen(this, node, file, { ...request } satisfies OpenRequest);
  };
  lock: State['lock'] = async (_caller, file, { mode, range, opener, open }) => {
    const { locks } = this.node(file);
    const found = locks.find(({ conflict }) => {
      const apart = conflict.range.end < range.start || range.end < conflict.range.start;
      return !apart && (mode === 'exclusive' || conflict.mode === 'exclusive');
    });
    if (found === undefined) locks.push({ open, conflict: { holder: opener, mode, range } });
    return found?.conflict;
  };
  unlock: State['unlock'] = (file, { range, open }) => {
    const { locks } = this.node(file);
    const at = locks.findIndex(
      (lock) =>
        lock.open === open && lock.conflict.range.start === range.start && lock.conflict.range.end === range.end,
    );
    if (at < 0) throw new StorageError('notFound');
    locks.splice(at, 1);
  };
  releaseClient: State['releaseClient'] = async (client) => {
    const opens = [...this.nodes.values()].flatMap((node) => [...node.opens]);
    await Promise.all(opens.filter((open) => open.opener.client === client).map((open) => open.close()));
  };

  /** For opens, which move and remove the name that they were opened by. */
  move(node: Node, from: FileRef, fromName: string, to: FileRef, toName: string, replace: boolean) {
    const target = find(this.directory(to), toName);
    if (target !== undefined && target.node !== node) {
      if (!replace) throw new StorageError('exists');
      if (target.node.opens.size > 0) throw new StorageError('accessDenied');
      this.take(to, target.name);
    }
    const left = this.changed(from, (directory) => directory.entries.delete(fromName));
    const entered = this.changed(to, (directory) => this.enter(directory, toName, node));
    return { moved: node.attributes, from: left, to: entered, unchanged: false };
  }

  take(directory: FileRef, name: string) {
    const found = find(this.directory(directory), name);
    if (found === undefined) throw new StorageError('notFound');
    if (found.node.entries.size > 0) throw new StorageError('notEmpty');
    const left = this.changed(directory, (from) => from.entries.delete(found.name));
    this.nodes.delete(found.node.attributes.id);
    return { removed: { ...found.node.attributes, nlink: 0 }, directory: left };
  }

  private make(directory: FileRef, name: Name, type: FileType, wanted: NewAttributes): Created {
    if (find(this.directory(directory), text(name)) !== undefined) throw new StorageError('exists');
    const node = newNode((this.lastId += 1n), type, wanted);
    this.nodes.set(node.attributes.id, node);
    const entered = this.changed(directory, (into) => this.enter(into, text(name), node));
    return { attributes: node.attributes, created: true, directory: entered };
  }

  private enter(directory: Node, name: string, node: Node): void {
    directory.entries.set(name, { cookie: (this.lastCookie += 1n), node });
    node.parent = directory.attributes.id;
  }

  private changed(file: FileRef, work: (directory: Node) => void): DirectoryChange {
    const directory = this.directory(file);
    const before = stampOf(directory.attributes);
    work(directory);
    change(directory, { modified: 'now' });
    return { before, after: directory.attributes, atomic: true };
  }

  private node({ id }: FileRef): Node {
    const node = this.nodes.get(id);
    if (node === undefined) throw new StorageError('stale');
    return node;
  }

  private directory(file: FileRef): Node {
    const node = this.node(file);
    if (node.attributes.type !== 'directory') throw new StorageError('notDirectory');
    return node;
  }
}

async function refused(): Promise<never> {
  throw new StorageError('notSupported');
}

/** Exactly so, else without regard to case. */
function find(directory: Node, name: string): { readonly name: string; readonly node: Node } | undefined {
  const exact = directory.entries.get(name);
  if (exact !== undefined) return { name, node: exact.node };
  const alike = [...directory.entries].find(([other]) => other.toLowerCase() === name.toLowerCase());
  return alike && { name: alike[0], node: alike[1].node };
}
