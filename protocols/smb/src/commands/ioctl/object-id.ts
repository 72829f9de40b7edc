import type { FsctlRow } from '../../server/fsctl-row.ts';

const OBJECT_ID_BYTES = 64;
const GUID_BYTES = 16;

/**
 * FSCTL_CREATE_OR_GET_OBJECT_ID (MS-FSCC 2.3.1): ids that never change need not be made. The file's id is also its birth id, and
 * the volume is the server's GUID with the share's number in its first four bytes.
 */
export const createOrGetObjectId: FsctlRow = {
  needs: 'file',
  handle({ parts }, _request, { open: { file } }) {
    const output = new Uint8Array(OBJECT_ID_BYTES);
    const view = new DataView(output.buffer);
    const id = file.base ?? file.id;
    for (const at of [0, 2 * GUID_BYTES]) {
      view.setBigUint64(at, BigInt.asUintN(64, id), true);
      view.setBigUint64(at + 8, BigInt.asUintN(64, id >> 64n), true);
    }
    output.set(parts.serverGuid, GUID_BYTES);
    view.setUint32(GUID_BYTES, file.share, true);
    return output;
  },
};
