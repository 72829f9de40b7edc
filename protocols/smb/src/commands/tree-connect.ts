import type { Share } from '@polynas/core/service';
import { ShareFlag, ShareType, type TreeConnectRequest, type TreeConnectResponse } from '../messages/tree-connect.ts';
import { NtStatus } from '../nt-status.ts';
import type { CommandRow, SessionContext } from '../server/command-row.ts';
import { StatusError } from '../status.ts';

/** FILE_ALL_ACCESS, and what of it reads and executes (MS-SMB2 2.2.13.1.1). */
const ALL_ACCESS = 0x001f_01ff;
const READ_ACCESS = 0x0012_00a9;

/** The share of `\\server\share`, `undefined` when the path has not this form. The server's name is what the client reached us by. */
export function shareNameOf(path: string): string | undefined {
  const parts = path.split('\\');
  const [first, second, server, name] = parts;
  if (parts.length !== 4 || first !== '' || second !== '' || !server || !name) return undefined;
  return name;
}

/** TREE_CONNECT (MS-SMB2 3.3.5.7). */
export const treeConnect: CommandRow<TreeConnectRequest, TreeConnectResponse> = {
  needs: 'session',
  handle(context, request) {
    const { session, parts } = context;
    const name = shareNameOf(request.path);
    if (name === undefined) throw new StatusError(NtStatus.BAD_NETWORK_NAME);
    if (name.toUpperCase() === 'IPC$') return connectPipes(context);
    const share = parts.services.shares.byName('smb', session.tenant, name);
    if (share === undefined) throw new StatusError(NtStatus.BAD_NETWORK_NAME);
    return connectShare(context, share);
  },
};

function connectShare(context: SessionContext, share: Share): TreeConnectResponse {
  // What the share allows: what each file does is said when it is opened.
  const readOnly = share.readOnly || share.doors.smb?.readOnly === true;
  const maximalAccess = readOnly ? READ_ACCESS : ALL_ACCESS;
  const id = newTree(context);
  context.session.trees.set(id, { kind: 'disk', id, share, maximalAccess });
  return { shareType: ShareType.DISK, shareFlags: flagsOf(context), capabilities: 0, maximalAccess };
}

function connectPipes(context: SessionContext): TreeConnectResponse {
  const id = newTree(context);
  context.session.trees.set(id, { kind: 'pipe', id, maximalAccess: ALL_ACCESS });
  const shareFlags = flagsOf(context) | ShareFlag.NO_CACHING;
  return { shareType: ShareType.PIPE, shareFlags, capabilities: 0, maximalAccess: ALL_ACCESS };
}

function newTree(context: SessionContext): number {
  const id = context.session.newTreeId();
  if (id === undefined) throw new StatusError(NtStatus.INSUFFICIENT_RESOURCES);
  context.treeId = id;
  return id;
}

function flagsOf(context: SessionContext): number {
  return context.session.encryptData ? ShareFlag.ENCRYPT_DATA : ShareFlag.MANUAL_CACHING;
}
