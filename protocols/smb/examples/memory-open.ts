/** An open of the tree in memory. */
import type { FileRef, Open, OpenRequest, Renamed } from '@polynas/core/service';
import { stampOf, StorageError } from '@polynas/core/service';
import { change, type Node, SHARE } from './memory-node.ts';

/** The tree, as far as opens move and remove the name that they were opened by. */
interface Names {
  move(node: Node, from: FileRef, fromName: string, to: FileRef, toName: string, replace: boolean): Renamed;
  take(directory: FileRef, name: string): unknown;
}

let lastId = 0n;
const EPOCH = 1n;

export class MemoryOpen implements Open {
  readonly id = (lastId += 1n);
  readonly file: FileRef;
  readonly access: number;
  readonly deny: number;
  readonly opener: Open['opener'];
  readonly lease = 'none';
  place: Open['place'];
  private readonly tree: Names;
  private readonly node: Node;
  private readonly deleteOnClose: boolean;

  constructor(tree: Names, node: Node, file: FileRef, request: OpenRequest) {
    this.tree = tree;
    this.node = node;
    this.file = file;
    this.access = request.access;
    this.deny = request.deny;
    this.opener = request.opener;
    this.place = request.place;
    this.deleteOnClose = request.deleteOnClose === true;
    node.opens.add(this);
  }

  get deletePending(): boolean {
    return this.node.deletePending;
  }

  getattr: Open['getattr'] = async () => this.node.attributes;
  setattr: Open['setattr'] = async (_caller, changes) => {
    change(this.node, changes);
    return this.node.attributes;
  };
  read: Open['read'] = async (_caller, offset, length) => {
    const bytes = Buffer.from(this.node.content.subarray(offset, offset + length));
    return { bytes, eof: offset + bytes.length >= this.node.content.length };
  };
  write: Open['write'] = async (_caller, offset, chunks) => {
    const { node } = this;
    const before = stampOf(node.attributes);
    const data = Buffer.concat(chunks);
    change(node, { size: Math.max(node.content.length, offset + data.length) });
    node.content.set(data, offset);
    return { written: data.length, before, after: node.attributes, committed: 'file', epoch: EPOCH };
  };
  sync: Open['sync'] = async () => ({ after: this.node.attributes, epoch: EPOCH });
  rename: Open['rename'] = async (_caller, to, name, { replace }) => {
    if (this.place === undefined) throw new StorageError('invalid');
    const from = { share: SHARE, id: this.place.directory };
    const [fromName, toName] = [Buffer.from(this.place.name).toString(), Buffer.from(name).toString()];
    const moved = this.tree.move(this.node, from, fromName, to, toName, replace);
    for (const open of this.node.opens) open.place = { directory: to.id, name };
    return moved;
  };
  renameStream: Open['renameStream'] = refused;
  allocate: Open['allocate'] = async () => undefined;
  zero: Open['zero'] = async (_caller, offset, length) => void this.node.content.fill(0, offset, offset + length);
  dataRanges: Open['dataRanges'] = async (_caller, offset, length) => {
    const end = Math.min(offset + length, this.node.content.length);
    return end > offset ? [{ offset, length: end - offset }] : [];
  };
  copyFrom: Open['copyFrom'] = async (caller, source, from, to, length) => {
    const { bytes } = await source.read(caller, from, length);
    if (bytes.length < length) throw new StorageError('invalid');
    return (await this.write(caller, to, [bytes], 'unstable')).written;
  };
  setDeletePending: Open['setDeletePending'] = async (_caller, pending) => {
    if (pending && this.node.entries.size > 0) throw new StorageError('notEmpty');
    this.node.deletePending = pending;
  };

  close: Open['close'] = async () => {
    const { node, place } = this;
    if (!node.opens.delete(this)) return;
    node.locks.splice(0, node.locks.length, ...node.locks.filter(({ open }) => open !== this));
    node.deletePending ||= this.deleteOnClose && node.entries.size === 0;
    if (!node.deletePending || node.opens.size > 0 || place === undefined) return;
    this.tree.take({ share: SHARE, id: place.directory }, Buffer.from(place.name).toString());
  };
}

async function refused(): Promise<never> {
  throw new StorageError('notSupported');
}
