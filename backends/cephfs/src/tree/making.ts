import type { FileId } from '@polynas/core/spi';
import type { OwnRecord } from '../attributes/own-record.ts';
import type { VolumeContext } from '../context.ts';
import type { FhPointer, Found, Mount } from '../native/mount-api.ts';
import type { Directory } from './change-entries.ts';

/** How one type of file comes to be. */
export interface Making {
  readonly record: OwnRecord;
  /** `S_IFMT` of it. */
  readonly format: number;
  /** The device number that marks a regular file as made by this call. */
  readonly tag?: bigint | undefined;
  /** Makes the name (EEXIST when it is taken). `fh`: a file that is open. */
  make(mount: Mount, directory: Directory): Promise<Found & { readonly fh?: FhPointer }>;
  /** Takes the name away again. */
  unmake(mount: Mount, directory: Directory): Promise<void>;
}

/** Takes away what cannot be made whole, and throws why. */
export async function unmade(
  context: VolumeContext,
  directory: Directory,
  id: FileId,
  making: Pick<Making, 'unmake'>,
  why: unknown,
): Promise<never> {
  await takenAway(context, directory, id, making);
  throw why;
}

/** A new file that nobody knows yet, and its name. */
export async function takenAway(
  context: VolumeContext,
  directory: Directory,
  id: FileId,
  making: Pick<Making, 'unmake'>,
): Promise<void> {
  const { mount } = directory.inode;
  context.attributes.drop(id);
  context.attributes.drop(directory.id);
  context.listings?.drop(directory.id);
  context.opens.letGo(id);
  // A mount that fails here as well is gone, and the next one finds the file unfinished.
  await making.unmake(mount, directory).catch((second: unknown) => void context.mounts.failed(mount, second));
}
