import type { Mkdir3Args, Mkdir3Res } from '../../xdr/nfs3.ts';
import { newAttributes } from '../attributes.ts';
import { made } from '../made.ts';
import { checkNew } from '../names.ts';
import type { Target } from '../target.ts';

const MODE = 0o700;

/** RFC 1813 §3.3.9. */
export async function mkdir(target: Target, { where, attributes }: Mkdir3Args): Promise<Mkdir3Res> {
  const { files, caller, file } = target;
  checkNew(where.name);
  const wanted = newAttributes(attributes, MODE, caller.principal);
  return made(target, await files.mkdir(caller, file, where.name, wanted));
}
