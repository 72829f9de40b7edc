import { type Link3Args, type Link3Res, Nfsstat3 } from '../../xdr/nfs3.ts';
import { directoryWcc, fattr3 } from '../attributes.ts';
import { checkNew } from '../names.ts';
import type { Targets } from '../target.ts';

/** RFC 1813 §3.3.15. */
export async function link(targets: Targets, args: Link3Args): Promise<Link3Res> {
  const { files, caller, file, second } = targets;
  checkNew(args.link.name);
  const { attributes, directory } = await files.link(caller, file, second, args.link.name);
  return {
    status: Nfsstat3.NFS3_OK,
    resok: { fileAttributes: fattr3(file.share, attributes), linkdirWcc: directoryWcc(second.share, directory) },
  };
}
