import type { FileId, StorageErrorCode } from '@polynas/core/spi';
import { FileModel } from './file-model.ts';
import { bytesOf } from './operation.ts';
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

export interface ModelTraits {
  readonly replace: 'swap' | 'rename';
  readonly clone: boolean;
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

  /** The directory that a place means: they are counted in depth-first order of names. */
  directory({ directory }: Place): ModelNode {
    const all = [...directoriesBelow(this.root)];
    return all[directory % all.length] ?? this.root;
  }

  find(place: Place): ModelNode | undefined {
    return this.directory(place).children.get(place.name);
  }

  apply(operation: Operation): Expected {
    switch (operation.kind) {
      case 'create':
        return this.#create(operation.at, operation.how, operation.mode);
      case 'mkdir':
        return this.#make(operation.at, newNode('directory', 0o755));
      case 'symlink':
        return this.#make(operation.at, newNode('symlink', 0o777, operation.target));
      case 'link':
        return this.#link(operation.at, operation.to);
      case 'unlink':
      case 'rmdir':
        return this.#remove(operation.at, operation.kind);
      case 'rename':
        return this.#rename(operation.at, operation.to, operation.noReplace);
      case 'replace':
        return this.#replace(operation.at, operation.to);
      case 'clone':
        return this.#clone(operation.at, operation.to);
      default:
        return this.#change(operation);
    }
  }

  #create(at: Place, how: 'guarded' | 'unchecked', mode: number): Expected {
    if (how === 'unchecked' && this.find(at) !== undefined) return done;
    return this.#make(at, newNode('file', mode));
  }

  #make(at: Place, made: ModelNode): Expected {
    const directory = this.directory(at);
    if (directory.children.has(at.name)) return rejected('exists');
    made.parent = directory;
    directory.children.set(at.name, made);
    return { codes: [], made };
  }

  #link(at: Place, to: Place): Expected {
    const node = this.find(at);
    if (node === undefined) return rejected('notFound');
    const directory = this.directory(to);
    const codes: StorageErrorCode[] = [];
    if (node.type === 'directory') codes.push('isDirectory');
    if (directory.children.has(to.name)) codes.push('exists');
    if (codes.length > 0) return { codes };
    directory.children.set(to.name, node);
    node.names += 1;
    return done;
  }

  #remove(at: Place, how: 'unlink' | 'rmdir'): Expected {
    const node = this.find(at);
    if (node === undefined) return rejected('notFound');
    if (how === 'unlink' && node.type === 'directory') return rejected('isDirectory');
    if (how === 'rmdir' && node.type !== 'directory') return rejected('notDirectory');
    if (node.children.size > 0) return rejected('notEmpty');
    this.directory(at).children.delete(at.name);
    node.names -= 1;
    return done;
  }

  #rename(at: Place, to: Place, noReplace: boolean): Expected {
    const node = this.find(at);
    if (node === undefined) return rejected('notFound');
    const [from, into] = [this.directory(at), this.directory(to)];
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
    if (target !== node) this.#move(at, to);
    return done;
  }

  #move(at: Place, to: Place): void {
    const [from, into, node] = [this.directory(at), this.directory(to), this.find(at)];
    if (node === undefined) return;
    from.children.delete(at.name);
    const replaced = into.children.get(to.name);
    if (replaced !== undefined) replaced.names -= 1;
    into.children.set(to.name, node);
    if (node.type === 'directory') node.parent = into;
  }

  #replace(at: Place, to: Place): Expected {
    const node = this.find(at);
    if (node === undefined) return rejected('notFound');
    const target = this.find(to);
    const codes: StorageErrorCode[] = [];
    if (node.type === 'directory' || target?.type === 'directory') codes.push('isDirectory');
    if (node.type === 'symlink') codes.push('wrongType');
    if (target === node || node.names !== 1) codes.push('invalid');
    if (codes.length > 0) return { codes };
    node.content.sync();
    if (this.#traits.replace === 'rename' || target?.type !== 'file') {
      this.#move(at, to);
      return done;
    }
    this.directory(at).children.delete(at.name);
    node.names -= 1;
    target.content = node.content;
    return done;
  }

  #clone(at: Place, to: Place): Expected {
    const [from, target] = [this.find(at), this.find(to)];
    if (from === undefined || target === undefined) return rejected('notFound');
    const codes = [...typeFaults(from), ...typeFaults(target)];
    if (!this.#traits.clone) return rejected('notSupported');
    if (codes.length > 0) return { codes };
    target.content.write(0, from.content.current.slice(), true);
    return done;
  }

  #change(
    operation: Extract<Operation, { kind: 'chmod' | 'setxattr' | 'removexattr' | 'truncate' | 'write' | 'sync' }>,
  ): Expected {
    const node = this.find(operation.at);
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
    }
    const codes = typeFaults(node);
    if (codes.length > 0) return { codes };
    if (operation.kind === 'truncate') node.content.truncate(operation.size);
    else if (operation.kind === 'sync') node.content.sync();
    else node.content.write(operation.offset, bytesOf(operation), operation.stability !== 'unstable');
    return done;
  }
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
