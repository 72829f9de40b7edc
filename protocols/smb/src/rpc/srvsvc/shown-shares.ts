import type { Share } from '@polynas/core/service';
import type { RpcCall } from '../context.ts';
import { type ShareInfo, ShareType, UNLIMITED } from './share-info.ts';

/** The share of the pipes; its name is nobody else's (`nameAt` shows none so). */
const IPC: ShareInfo = {
  ...shown('IPC$', ShareType.IPC + ShareType.SPECIAL),
  remark: 'Remote IPC',
  path: '',
};

/** The shares of the caller's tenant whose SMB door is open. */
export function diskShares(call: RpcCall): readonly ShareInfo[] {
  return call.services.shares.list('smb', call.tenant).flatMap((share) => disk(call, share) ?? []);
}

/** All that a caller may see. */
export function shownShares(call: RpcCall): readonly ShareInfo[] {
  return [...diskShares(call), IPC];
}

/** In any case of letters, as TREE_CONNECT finds it. */
export function shownShare(call: RpcCall, name: string): ShareInfo | undefined {
  if (name.toLowerCase() === 'ipc$') return IPC;
  const share = call.services.shares.byName('smb', call.tenant, name);
  return share && disk(call, share);
}

function disk(call: RpcCall, share: Share): ShareInfo | undefined {
  const name = call.services.shares.nameAt('smb', share);
  return name === undefined ? undefined : shown(name, ShareType.DISKTREE);
}

function shown(name: string, type: number): ShareInfo {
  return {
    netname: name,
    type,
    remark: '',
    // Of a server with share-level security only (MS-SRVS 2.2.4.24), as the password.
    permissions: 0,
    maxUses: UNLIMITED,
    currentUses: 0,
    // Clients show it, and take it for a path of Windows; where the share lies on the volume is the administrator's business.
    path: `C:\\${name}`,
    passwd: undefined,
    servername: '*',
    // Manual caching, no DFS (MS-SRVS 2.2.4.29).
    flags: 0,
    // No descriptor: the files' own permissions decide.
    reserved: 0,
    securityDescriptor: undefined,
  };
}
