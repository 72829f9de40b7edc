import { procedure, type Program } from '../rpc/program.ts';
import { MOUNT_PROGRAM, MOUNT_V3, mountV3Procedures as p } from '../xdr/mount.ts';
import { MountList } from './mount-list.ts';
import type { MountTree } from './mount-tree.ts';
import { dump } from './ops/dump.ts';
import { exports } from './ops/export.ts';
import { mnt } from './ops/mnt.ts';
import { umnt } from './ops/umnt.ts';
import { umntall } from './ops/umntall.ts';

/** Bytes set aside for the lists that EXPORT and DUMP answer with. */
const LIST_BYTES = 64 * 1024;

/** MOUNT version 3 (RFC 1813, appendix I). MNT wants AUTH_SYS, the rest is open to all, as `showmount` needs it. */
export function mountProgram(tree: MountTree, list: MountList = new MountList()): Program {
  return {
    name: 'mount',
    number: MOUNT_PROGRAM,
    versions: [
      {
        number: MOUNT_V3,
        procedures: [
          procedure(p.MOUNTPROC3_NULL, () => undefined),
          procedure(p.MOUNTPROC3_MNT, (path, call) => mnt(tree, list, path, call), { minimum: 'sys' }),
          procedure(p.MOUNTPROC3_DUMP, (_args, call) => dump(list, call), { replyBytes: () => LIST_BYTES }),
          procedure(p.MOUNTPROC3_UMNT, (path, call) => umnt(list, path, call)),
          procedure(p.MOUNTPROC3_UMNTALL, (_args, call) => umntall(list, call)),
          procedure(p.MOUNTPROC3_EXPORT, (_args, call) => exports(tree, call), { replyBytes: () => LIST_BYTES }),
        ],
      },
    ],
  };
}
