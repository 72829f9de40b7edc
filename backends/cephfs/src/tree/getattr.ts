import type { Attributes, Call, FileId } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';

export async function getattr(context: VolumeContext, call: Call, id: FileId): Promise<Attributes> {
  const known = context.attributes.now(id);
  if (known !== undefined) return known.attributes;
  // A change in several steps is seen whole.
  const reading = await context.locks.files.enter(id, 'read');
  try {
    await context.mounts.ready(call, id);
    return (await context.attributes.get(call, id)).attributes;
  } finally {
    reading.leave();
  }
}
