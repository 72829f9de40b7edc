import { isStorageError } from '@polynas/core/spi';
import type { Attributes, Call, FileId } from '@polynas/core/spi';
import type { Known } from '../attributes/attribute-source.ts';
import type { VolumeContext } from '../context.ts';
import type { Mount } from '../native/mount-api.ts';
import { writesCounted } from './counted.ts';
import { heldOn } from './held-on.ts';

/** Before a name of a file is taken away: what keeps it alive does so in CephFS as well, and its writes are counted where somebody can still see it. */
export async function beforeLoss(context: VolumeContext, call: Call, file: Attributes): Promise<void> {
  const { id, type, nlink } = file;
  await context.opens.keep(call, id);
  if (nlink > 1) context.opens.letGo(id);
  if (type !== 'directory' && (nlink > 1 || context.opens.isOpen(id))) await writesCounted(context, id);
}

/**
 * A file that has just lost a name: its attributes are asked for when somebody can still get at it, by another name or by a handle (the MDS's answer tells nothing of it,
 * and takes back what this client was sure of). Of one that is gone (`undefined`) nobody can ask.
 */
export async function lostName(
  context: VolumeContext,
  mount: Mount,
  { attributes, own }: Known,
): Promise<Attributes | undefined> {
  const { id, type, nlink } = attributes;
  context.attributes.drop(id);
  if (type !== 'directory' && (nlink > 1 || context.opens.isOpen(id))) return await asked(context, mount, id, own);
  context.opens.gone(attributes);
  return undefined;
}

/** A file that lost a name and then its client: one that only the client's open handle kept is gone. */
export async function leftOf(context: VolumeContext, mount: Mount, former: Known): Promise<Attributes | undefined> {
  try {
    return await lostName(context, mount, former);
  } catch (error) {
    if (isStorageError(error, 'stale')) return undefined;
    throw error;
  }
}

/** The last that is told of a file that is gone: what it was, without a name, and one change later. */
export function gone({ attributes }: Known, changed: Attributes['changed']): Attributes {
  return { ...attributes, nlink: 0, changed, change: attributes.change + 1n };
}

async function asked(context: VolumeContext, mount: Mount, id: FileId, own: Known['own']): Promise<Attributes> {
  const inode = await heldOn(context, mount, id);
  try {
    return context.attributes.learn(await inode.mount.getattr(inode.pointer), own);
  } finally {
    inode.release();
  }
}
