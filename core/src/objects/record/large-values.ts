import type { Sidecar, Sidecars } from '../../namespace/sidecars.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { ObjectPart } from '../../service/index.ts';
import type { Call, FileId, NewFile, VolumeTraits } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import { encodeParts } from './parts-codec.ts';
import { manifestXattr, partsXattr } from './xattr-names.ts';

/** Bytes of extended attributes that are left to everything but the parts and the manifest. */
const roomForOthers = 16_384;
/** Bytes of one of them that lie with the file where others can lie beside it: extended attributes of clients have to find room as well. */
const withFile = 8192;

export interface Described {
  readonly file: NewFile;
  /** To be kept as soon as the file has an id. */
  readonly sidecar?: Sidecar;
}

/**
 * Gives a file that becomes an object its parts and a dialect's account of them. Where a volume has little room for extended attributes, what is large lies in the file's sidecar.
 * Elsewhere as much is kept of the parts as there is room for; `tooLarge` for a manifest without room.
 */
export function describeParts(
  sidecars: Sidecars,
  { traits }: { readonly traits: VolumeTraits },
  file: NewFile,
  parts: readonly ObjectPart[],
  manifest?: Uint8Array,
): Described {
  const xattrs = new Map(file.xattrs);
  if (traits.replace === 'swap') {
    addInline(xattrs, traits, parts, manifest);
    return { file: { ...file, xattrs } };
  }
  const large = new Map<string, Uint8Array>();
  const values = [
    [partsXattr, encodeParts(parts, Infinity)],
    [manifestXattr, manifest],
  ] as const;
  for (const [name, value] of values)
    if (value !== undefined) (value.length <= withFile ? xattrs : large).set(name, value);
  if (large.size === 0) return { file: { ...file, xattrs } };
  const sidecar = sidecars.prepare(large);
  for (const [name, reference] of sidecar.references) xattrs.set(name, reference);
  return { file: { ...file, xattrs }, sidecar };
}

function addInline(
  xattrs: Map<string, Uint8Array>,
  { maxXattrBytes, maxXattrTotalBytes }: VolumeTraits,
  parts: readonly ObjectPart[],
  manifest: Uint8Array | undefined,
): void {
  const room = maxXattrTotalBytes - roomForOthers - (manifest?.length ?? 0);
  if (manifest !== undefined) {
    if (room < 0 || manifest.length > maxXattrBytes) throw new StorageError('tooLarge', 'the manifest');
    xattrs.set(manifestXattr, manifest);
  }
  const bytes = encodeParts(parts, Math.min(maxXattrBytes, room));
  if (bytes !== undefined) xattrs.set(partsXattr, bytes);
}

/** The value of one of these attributes, wherever it lies. */
export async function loadLarge(
  sidecars: Sidecars,
  mount: MountedShare,
  call: Call,
  file: FileId,
  name: typeof partsXattr | typeof manifestXattr,
): Promise<Uint8Array | undefined> {
  const held = await mount.volume.getxattr(call, file, name);
  return held && sidecars.valueOf(mount, call, file, name, held);
}
