import type { Symlink3Args, Symlink3Res } from '../../xdr/nfs3.ts';
import { newAttributes } from '../attributes.ts';
import { made } from '../made.ts';
import { checkNew } from '../names.ts';
import type { Target } from '../target.ts';

const MODE = 0o777;

/** RFC 1813 §3.3.10. The path is kept byte for byte; it is the client's to follow. */
export async function symlink(target: Target, { where, symlink: link }: Symlink3Args): Promise<Symlink3Res> {
  const { files, caller, file } = target;
  checkNew(where.name);
  const wanted = newAttributes(link.symlinkAttributes, MODE, caller.principal);
  return made(target, await files.symlink(caller, file, where.name, link.symlinkData, wanted));
}
