import { Ftype3, type Mknod3Args, type Mknod3Res, Nfsstat3 } from '../../xdr/nfs3.ts';
import { newAttributes } from '../attributes.ts';
import { made } from '../made.ts';
import { checkNew } from '../names.ts';
import { StatusError } from '../status.ts';
import type { Target } from '../target.ts';

const MODE = 0o600;
const NO_DEVICE = { major: 0, minor: 0 };

/** RFC 1813 §3.3.11. */
export async function mknod(target: Target, { where, what }: Mknod3Args): Promise<Mknod3Res> {
  const { files, caller, file } = target;
  checkNew(where.name);
  switch (what.type) {
    case Ftype3.NF3CHR:
    case Ftype3.NF3BLK: {
      const { devAttributes, spec } = what.device;
      const type = what.type === Ftype3.NF3CHR ? 'character' : 'block';
      const rdev = { major: spec.specdata1, minor: spec.specdata2 };
      const wanted = newAttributes(devAttributes, MODE, caller.principal);
      return made(target, await files.mknod(caller, file, where.name, type, rdev, wanted));
    }
    case Ftype3.NF3SOCK:
    case Ftype3.NF3FIFO: {
      const type = what.type === Ftype3.NF3SOCK ? 'socket' : 'fifo';
      const wanted = newAttributes(what.pipeAttributes, MODE, caller.principal);
      return made(target, await files.mknod(caller, file, where.name, type, NO_DEVICE, wanted));
    }
    default:
      throw new StatusError(Nfsstat3.NFS3ERR_BADTYPE);
  }
}
