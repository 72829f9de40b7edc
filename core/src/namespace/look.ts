import type { Attributes, Call, FileId, Name, Volume } from '../spi/index.ts';

/** Without a step of the event loop where the answer is at hand. */
export async function lookup(
  volume: Volume,
  call: Call,
  directory: FileId,
  name: Name,
): Promise<Attributes | undefined> {
  const now = volume.lookupNow?.(directory, name);
  return now === undefined ? volume.lookup(call, directory, name) : now.attributes;
}

export async function attributesNow(volume: Volume, call: Call, id: FileId): Promise<Attributes> {
  return volume.getattrNow?.(id) ?? volume.getattr(call, id);
}
