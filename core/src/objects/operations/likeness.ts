import { modeAfterWrite } from '../../access/privileged-bits.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller } from '../../service/index.ts';
import type { Attributes, NewFile } from '../../spi/index.ts';

/** Who a file is, beside its content and what core keeps of that. */
export type Likeness = Pick<NewFile, 'uid' | 'gid' | 'mode' | 'dosBits' | 'xattrs'>;

/** `Volume.replace`: what comes with the content. */
const ofContent = 'trusted.polynas.';

/**
 * What a file that takes the place of another one has to be given, where the backend does not swap contents: owner, mode, DOS bits and extended attributes are those of the
 * file that everybody knows. A mode that lets programs run as somebody else does not outlive a change of the content by an ordinary user.
 */
export async function likenessOf({ volume }: MountedShare, caller: Caller, file: Attributes): Promise<Likeness> {
  const { id, uid, gid, dosBits } = file;
  const mode = modeAfterWrite(caller.principal, file) ?? file.mode;
  const xattrs = new Map<string, Uint8Array>();
  for (const name of await volume.listxattr(caller, id)) {
    if (name.startsWith(ofContent)) continue;
    const value = await volume.getxattr(caller, id, name);
    if (value !== undefined) xattrs.set(name, value);
  }
  return { uid, gid, mode, dosBits, xattrs };
}
