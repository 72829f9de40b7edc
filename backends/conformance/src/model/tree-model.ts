import type { FileId, StorageErrorCode, Volume } from '@polynas/core/spi';
import { FileModel } from './file-model.ts';
import { bytesOf, publishedXattr } from './operation.ts';
import type { Operation, Place } from './operation.ts';

export interface ModelNode {
  readonly type: 'file' | 'directory' | 'symlink';
  /** The volume's id of it, once it is known. */
  id: FileId | undefined;
  mode: number;
  names: number;
  parent: ModelNode | undefined;
  readonly children: Map<string, ModelNode>;
  content: FileModel;
  readonly target: string;
  readonly xattrs: Map<string, string>;
}

export interface Spot {
  readonly directory: ModelNode;
  readonly name: string;
}

export interface ModelTraits {
  readonly replace: 'swap' | 'rename';
  readonly clone: boolean;
  readonly maxPublishBytes: number;
}

export function modelTraitsOf(volume: Volume): ModelTraits {
  const { replace: how, maxPublishBytes } = volume.traits;
  return { replace: how, clone: volume.clone !== undefined, maxPublishBytes };
}

/** Codes that an operation may be rejected with: none, it must succeed; several, all of them are right. */
export interface Expected {
  readonly codes: readonly StorageErrorCode[];
  /** The node that it made. */
  readonly made?: ModelNode;
}

const done: Expected = { codes: [] };
const rejected = (...codes: StorageErrorCode[]): Expected => ({ codes });

/** The tree that the contract says must be there after a sequence of operations, as plain maps. */
export class TreeModel {
  readonly root: ModelNode;
  readonly #traits: ModelTraits;

  constructor(traits: ModelTraits, rootId?: FileId) {
    this.#traits = traits;
    this.root = { ...newNode('directory', 0o755), id: rootId };
  }

  /** What a place means now: directories and files are counted in depth-first order of names. */
  resolve({ directory, name, aim }: Place): Spot {
    if (aim !== undefined) {
      const spots = [...fileSpotsBelow(this.root)];
      const spot = spots[aim % Math.max(1, spots.length)];
      if (spot !== undefined) return spot;
    }
    const all = [...directoriesBelow(this.root)];
    return { directory: all[directory % all.length] ?? this.root, name };
  }

  apply(operation: Operation): Expected {
    const at = this.resolve(operation.at);
    const to = 'to' in operation ? this.resolve(operation.to) : at;
    switch (operation.kind) {
      case 'create':
        return create(at, operation.how, operation.mode);
      case 'mkdir':
        return make(at, newNode('directory', 0o755));
      case 'symlink':
        return make(at, newNode('symlink', 0o777, operation.target));
      case 'link':
        return link(at, to);
      case 'unlink':
      case 'rmdir':
        return remove(at, operation.kind);
      case 'rename':
        return rename(at, to, operation.noReplace);
      case 'replace':
        return replace(at, to, this.#traits);
      case 'publish':
        return publish(at, operation, this.#traits);
      case 'clone':
        return clone(at, to, this.#traits);
      default:
        return change(at, operation);
    }
  }
}

function nodeAt({ directory, name }: Spot): ModelNode | undefined {
  return directory.children.get(name);
}

function create(at: Spot, how: 'guarded' | 'unchecked', mode: number): Expected {
  if (how === 'unchecked' && nodeAt(at) !== undefined) return done;
  return make(at, newNode('file', mode));
}

function make(at: Spot, made: ModelNode): Expected {
  const directory = at.directory;
  if (directory.children.has(at.name)) return rejected('exists');
  made.parent = directory;
  directory.children.set(at.name, made);
  return { codes: [], made };
}

function link(at: Spot, to: Spot): Expected {
  const node = nodeAt(at);
  if (node === undefined) return rejected('notFound');
  const directory = to.directory;
  const codes: StorageErrorCode[] = [];
  if (node.type === 'directory') codes.push('isDirectory');
  if (directory.children.has(to.name)) codes.push('exists');
  if (codes.length > 0) return { codes };
  directory.children.set(to.name, node);
  node.names += 1;
  return done;
}

function remove(at: Spot, how: 'unlink' | 'rmdir'): Expected {
  const node = nodeAt(at);
  if (node === undefined) return rejected('notFound');
  if (how === 'unlink' && node.type === 'directory') return rejected('isDirectory');
  if (how === 'rmdir' && node.type !== 'directory') return rejected('notDirectory');
  if (node.children.size > 0) return rejected('notEmpty');
  at.directory.children.delete(at.name);
  node.names -= 1;
  return done;
}

function rename(at: Spot, to: Spot, noReplace: boolean): Expected {
  const node = nodeAt(at);
  if (node === undefined) return rejected('notFound');
  const [from, into] = [at.directory, to.directory];
  const target = into.children.get(to.name);
  const sameName = from === into && at.name === to.name;
  const codes: StorageErrorCode[] = [];
  if (noReplace && target !== undefined && !sameName) codes.push('exists');
  if (target !== node) {
    if (node.type === 'directory' && isWithin(into, node)) codes.push('invalid');
    if (target !== undefined && node.type === 'directory' && target.type !== 'directory') codes.push('notDirectory');
    if (target?.type === 'directory' && node.type !== 'directory') codes.push('isDirectory');
    if (target?.type === 'directory' && node.type === 'directory' && target.children.size > 0) codes.push('notEmpty');
  }
  if (codes.length > 0) return { codes };
  if (target !== node) move(at, to);
  return done;
}

function move(at: Spot, to: Spot): void {
  const [from, into, node] = [at.directory, to.directory, nodeAt(at)];
  if (node === undefined) return;
  from.children.delete(at.name);
  const replaced = into.children.get(to.name);
  if (replaced !== undefined) replaced.names -= 1;
  into.children.set(to.name, node);
  if (node.type === 'directory') node.parent = into;
}

function replace(at: Spot, to: Spot, traits: ModelTraits): Expected {
  const node = nodeAt(at);
  if (node === undefined) return rejected('notFound');
  const target = nodeAt(to);
  const codes: StorageErrorCode[] = [];
  if (node.type === 'directory' || target?.type === 'directory') codes.push('isDirectory');
  if (node.type === 'symlink') codes.push('wrongType');
  if (target === node || node.names !== 1) codes.push('invalid');
  if (codes.length > 0) return { codes };
  node.content.sync();
  if (traits.replace === 'rename' || target?.type !== 'file') {
    move(at, to);
    return done;
  }
  at.directory.children.delete(at.name);
  node.names -= 1;
  target.content = node.content;
  takeCoresXattrs(target, node.xattrs);
  return done;
}

function takeCoresXattrs(target: ModelNode, source: ReadonlyMap<string, string>): void {
  const isCores = (name: string): boolean => name.startsWith('trusted.polynas.');
  for (const name of [...target.xattrs.keys()].filter(isCores)) target.xattrs.delete(name);
  for (const [name, value] of source) if (isCores(name)) target.xattrs.set(name, value);
}

function publish(at: Spot, operation: Extract<Operation, { kind: 'publish' }>, traits: ModelTraits): Expected {
  if (traits.maxPublishBytes === 0) return rejected('notSupported');
  const target = nodeAt(at);
  const codes: StorageErrorCode[] = [];
  if (operation.length > traits.maxPublishBytes) codes.push('tooLarge');
  if (target?.type === 'directory') codes.push('isDirectory');
  if (codes.length > 0) return { codes };
  const xattrs = new Map([[publishedXattr, `${operation.fill}`]]);
  const content = new FileModel();
  content.write(0, bytesOf(operation), true);
  content.sync();
  if (traits.replace === 'swap' && target?.type === 'file') {
    target.content = content;
    takeCoresXattrs(target, xattrs);
    return done;
  }
  const made: ModelNode = { ...newNode('file', operation.mode), content, xattrs, parent: at.directory };
  if (target !== undefined) target.names -= 1;
  at.directory.children.set(at.name, made);
  return { codes: [], made };
}

function clone(at: Spot, to: Spot, traits: ModelTraits): Expected {
  const [from, target] = [nodeAt(at), nodeAt(to)];
  if (from === undefined || target === undefined) return rejected('notFound');
  const codes = [...typeFaults(from), ...typeFaults(target)];
  if (!traits.clone) return rejected('notSupported');
  if (codes.length > 0) return { codes };
  target.content.write(0, from.content.current.slice(), true);
  return done;
}

function change(
  at: Spot,
  operation: Extract<Operation, { kind: 'chmod' | 'setxattr' | 'removexattr' | 'truncate' | 'write' | 'sync' }>,
): Expected {
  const node = nodeAt(at);
  if (node === undefined) return rejected('notFound');
  switch (operation.kind) {
    case 'chmod':
      node.mode = operation.mode;
      return done;
    case 'setxattr':
      node.xattrs.set(operation.xattr, operation.value);
      return done;
    case 'removexattr':
      return node.xattrs.delete(operation.xattr) ? done : rejected('notFound');
    case 'truncate':
    case 'sync':
    case 'write':
      return changeContent(node, operation);
  }
}

function changeContent(
  node: ModelNode,
  operation: Extract<Operation, { kind: 'truncate' | 'write' | 'sync' }>,
): Expected {
  const codes = typeFaults(node);
  if (codes.length > 0) return { codes };
  if (operation.kind === 'truncate') node.content.truncate(operation.size);
  else if (operation.kind === 'sync') node.content.sync();
  else node.content.write(operation.offset, bytesOf(operation), operation.stability !== 'unstable');
  return done;
}

function newNode(type: ModelNode['type'], mode: number, target = ''): ModelNode {
  return {
    type,
    id: undefined,
    mode,
    names: 1,
    parent: undefined,
    children: new Map(),
    content: new FileModel(),
    target,
    xattrs: new Map(),
  };
}

function typeFaults(node: ModelNode): StorageErrorCode[] {
  if (node.type === 'file') return [];
  return [node.type === 'directory' ? 'isDirectory' : 'wrongType'];
}

function isWithin(directory: ModelNode, above: ModelNode): boolean {
  for (let node: ModelNode | undefined = directory; node !== undefined; node = node.parent) {
    if (node === above) return true;
  }
  return false;
}

function* directoriesBelow(directory: ModelNode): Generator<ModelNode> {
  yield directory;
  for (const [, child] of [...directory.children].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (child.type === 'directory') yield* directoriesBelow(child);
  }
}

function* fileSpotsBelow(directory: ModelNode): Generator<Spot> {
  for (const [name, child] of [...directory.children].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (child.type === 'directory') yield* fileSpotsBelow(child);
    if (child.type === 'file') yield { directory, name };
  }
}
