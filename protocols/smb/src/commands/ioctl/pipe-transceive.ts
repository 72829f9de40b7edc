import { NtStatus } from '../../nt-status.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';

/** FSCTL_PIPE_TRANSCEIVE (MS-SMB2 3.3.5.15.9): one message to the pipe, and the answer; what does not fit is read with READ. */
export const pipeTransceive: FsctlRow = {
  needs: 'pipe',
  async handle(_context, { input, maxOutputResponse }, open) {
    const { bytes, more } = await open.pipe.transceive(input, maxOutputResponse);
    return more ? { status: NtStatus.BUFFER_OVERFLOW, output: bytes } : bytes;
  },
};
