import type { Attributes, NewFile } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { longestCached } from '../data/content-cache.ts';
import type { FhPointer, Mount } from '../native/mount-api.ts';

/** What is to be published. */
export interface Content {
  readonly file: Omit<NewFile, 'records'>;
  /** None of them when there are no bytes. */
  readonly chunks: readonly Uint8Array[];
  readonly size: number;
}

/** Pieces of one write (`IOV_MAX`), which counts as one change. */
export const oneWrite = 1024;

/** What was just put is likely to be read next. Nobody can have changed it yet. `xattrs`: that it has. */
export function rememberContent(
  { contents, xattrs: remembered }: VolumeContext,
  { id, change, size }: Attributes,
  xattrs: NewFile['xattrs'],
  content: Content,
): void {
  if (size > 0 && size <= longestCached) contents?.add(id, change, 0, whole(content), true);
  for (const [name, value] of xattrs ?? []) remembered?.add(id, change, name, Uint8Array.from(value));
}

/** A copy: what is passed in may be used again. */
function whole({ chunks, size }: Content): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Nobody waits for it: everything that it could tell is known by then. */
export function closeSoon(
  { mounts }: VolumeContext,
  { mount, fh }: { readonly mount: Mount; readonly fh: FhPointer },
): void {
  if (!mount.alive) return;
  mount.close(fh).catch((error: unknown) => void mounts.failed(mount, error));
}
