import { isStorageError, StorageError } from '@polynas/core/spi';
import type { Attributes, FileId, Name, StorageErrorCode, Volume } from '@polynas/core/spi';
import { bytesOf, publishedXattr } from './operation.ts';
import type { Operation, Place } from './operation.ts';
import type { TreeModel } from './tree-model.ts';

const call = {};
const owner = { uid: 1000, gid: 100 };

export interface Outcome {
  readonly code?: StorageErrorCode;
  /** What the operation made or changed, as it was answered. */
  readonly attributes?: Attributes;
}

/** Does one operation on a volume; `model` (before the operation) knows the ids of the directories. */
export async function execute(volume: Volume, model: TreeModel, operation: Operation): Promise<Outcome> {
  try {
    const attributes = await perform(volume, model, operation);
    return attributes === undefined ? {} : { attributes };
  } catch (error) {
    if (isStorageError(error)) return { code: error.code };
    throw error;
  }
}

async function perform(volume: Volume, model: TreeModel, operation: Operation): Promise<Attributes | undefined> {
  const [directory, name] = resolve(model, operation.at);
  switch (operation.kind) {
    case 'create': {
      const file = { ...owner, mode: operation.mode };
      return (await volume.create(call, directory, name, { kind: operation.how }, file)).attributes;
    }
    case 'mkdir':
      return (await volume.mkdir(call, directory, name, { ...owner, mode: 0o755 })).attributes;
    case 'symlink': {
      const target = new TextEncoder().encode(operation.target);
      return (await volume.symlink(call, directory, name, target, { ...owner, mode: 0o777 })).attributes;
    }
    case 'unlink':
      await volume.unlink(call, directory, name);
      return undefined;
    case 'rmdir':
      await volume.rmdir(call, directory, name);
      return undefined;
    case 'rename': {
      const { noReplace } = operation;
      return (await volume.rename(call, directory, name, ...resolve(model, operation.to), { noReplace })).moved;
    }
    case 'replace':
      return (await volume.replace(call, directory, name, ...resolve(model, operation.to))).attributes;
    case 'publish':
      return published(volume, model, operation);
    case 'link': {
      const { id } = await present(volume, directory, name);
      return (await volume.link(call, id, ...resolve(model, operation.to))).attributes;
    }
    default:
      return change(volume, model, operation, await present(volume, directory, name));
  }
}

async function change(
  volume: Volume,
  model: TreeModel,
  operation: Exclude<
    Operation,
    { kind: 'create' | 'mkdir' | 'symlink' | 'unlink' | 'rmdir' | 'rename' | 'replace' | 'publish' | 'link' }
  >,
  { id, size }: Attributes,
): Promise<Attributes> {
  switch (operation.kind) {
    case 'chmod':
      return (await volume.setattr(call, id, { mode: operation.mode })).after;
    case 'truncate':
      return (await volume.setattr(call, id, { size: operation.size })).after;
    case 'setxattr':
      return volume.setxattr(call, id, operation.xattr, new TextEncoder().encode(operation.value), 'either');
    case 'removexattr':
      return volume.removexattr(call, id, operation.xattr);
    case 'clone': {
      const target = await present(volume, ...resolve(model, operation.to));
      if (volume.clone === undefined) throw new StorageError('notSupported');
      return (await volume.clone.ranges(call, [{ id, offset: 0, length: size }], target.id, 0)).after;
    }
    case 'write':
    case 'sync': {
      const handle = await volume.open(call, id, 'write');
      try {
        if (operation.kind === 'sync') return (await handle.sync(call)).after;
        return (await handle.write(call, operation.offset, [bytesOf(operation)], operation.stability)).after;
      } finally {
        await handle.close();
      }
    }
  }
}

async function published(
  volume: Volume,
  model: TreeModel,
  operation: Extract<Operation, { kind: 'publish' }>,
): Promise<Attributes> {
  if (volume.publish === undefined) throw new StorageError('notSupported');
  const xattrs = new Map([[publishedXattr, new TextEncoder().encode(`${operation.fill}`)]]);
  const file = { ...owner, mode: operation.mode, xattrs };
  // Outside of what is compared, where a crash may leave something; each lane has its own.
  const aside = { directory: volume.root, name: new TextEncoder().encode(`aside-${model.root.id}`) };
  const place = resolve(model, operation.at);
  return (await volume.publish(call, ...place, file, [bytesOf(operation)], { aside })).attributes;
}

function resolve(model: TreeModel, place: Place): [FileId, Name] {
  const { directory, name } = model.resolve(place);
  if (directory.id === undefined) throw new Error('the model does not know the id of a directory');
  return [directory.id, new TextEncoder().encode(name)];
}

async function present(volume: Volume, directory: FileId, name: Name): Promise<Attributes> {
  const attributes = await volume.lookup(call, directory, name);
  if (attributes === undefined) throw new StorageError('notFound');
  return attributes;
}
