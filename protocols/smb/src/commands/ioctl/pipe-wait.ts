import { Reader } from '@polynas/core/wire';
import { NtStatus } from '../../nt-status.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError } from '../../status.ts';

const NOTHING = new Uint8Array(0);

/** FSCTL_PIPE_WAIT (MS-FSCC 2.3.49): there is always an instance left of a pipe that there is. */
export const pipeWait: FsctlRow = {
  needs: 'tree',
  handle(context, { input }) {
    if (context.tree.kind !== 'pipe') throw new StatusError(NtStatus.INVALID_DEVICE_REQUEST);
    const r = new Reader(input);
    r.skip(8);
    const length = r.u32le();
    r.skip(2);
    const pipe = context.parts.pipes.open(r.utf16le(length), context.session);
    if (pipe === undefined) throw new StatusError(NtStatus.OBJECT_NAME_NOT_FOUND);
    pipe.close();
    return NOTHING;
  },
};
