import type { CreateMode, NewAttributes, Principal } from '@polynas/core/service';
import { type Create3Args, type Create3Res, type Createhow3, Createmode3 } from '../../xdr/nfs3.ts';
import { newFileAttributes } from '../attributes.ts';
import { made } from '../made.ts';
import { checkNew } from '../names.ts';
import type { Target } from '../target.ts';

/** For a client that names no mode; an exclusive create cannot name one, and its client sets it at once (RFC 1813 §3.3.8). */
const MODE = 0o600;

/** RFC 1813 §3.3.8. */
export async function create(target: Target, { where, how }: Create3Args): Promise<Create3Res> {
  const { files, caller, file } = target;
  checkNew(where.name);
  const created = await files.create(caller, file, where.name, modeOf(how), attributesOf(how, caller.principal));
  return made(target, created);
}

function modeOf(how: Createhow3): CreateMode {
  if (how.mode !== Createmode3.EXCLUSIVE) return { kind: how.mode === Createmode3.UNCHECKED ? 'unchecked' : 'guarded' };
  const { verf } = how;
  return { kind: 'exclusive', verifier: new DataView(verf.buffer, verf.byteOffset, 8).getBigUint64(0) };
}

function attributesOf(how: Createhow3, principal: Principal): NewAttributes {
  return how.mode === Createmode3.EXCLUSIVE ? { mode: MODE } : newFileAttributes(how.objAttributes, MODE, principal);
}
