/** What a SID stands for here. */
export type Identity =
  | { readonly kind: 'user'; readonly uid: number }
  | { readonly kind: 'group'; readonly gid: number };

/** Domains whose SIDs carry the number itself: Samba's, which libsmbclient and the kernel's client read without asking anybody. */
export const UNIX_USERS = 'S-1-22-1';
export const UNIX_GROUPS = 'S-1-22-2';

/** The same by Windows' NFS server, which the kernel's client writes with `idsfromsid`. */
const NFS_USERS = 'S-1-5-88-1';
const NFS_GROUPS = 'S-1-5-88-2';

/** SIDs that mean the same everywhere (MS-DTYP 2.4.2.4), as far as the server speaks of them. */
export const WellKnownSid = {
  EVERYONE: 'S-1-1-0',
  CREATOR_OWNER: 'S-1-3-0',
  CREATOR_GROUP: 'S-1-3-1',
  NETWORK: 'S-1-5-2',
  ANONYMOUS: 'S-1-5-7',
  AUTHENTICATED_USERS: 'S-1-5-11',
  SYSTEM: 'S-1-5-18',
  ADMINISTRATORS: 'S-1-5-32-544',
  USERS: 'S-1-5-32-545',
  GUESTS: 'S-1-5-32-546',
} as const;

export function sidOfUid(uid: number): string {
  return `${UNIX_USERS}-${uid}`;
}

export function sidOfGid(gid: number): string {
  return `${UNIX_GROUPS}-${gid}`;
}

/** The number that a SID carries; `undefined` for every other SID, well-known ones included. */
export function identityOf(sid: string): Identity | undefined {
  const at = sid.lastIndexOf('-');
  const number = Number(sid.slice(at + 1));
  switch (sid.slice(0, at)) {
    case UNIX_USERS:
    case NFS_USERS:
      return { kind: 'user', uid: number };
    case UNIX_GROUPS:
    case NFS_GROUPS:
      return { kind: 'group', gid: number };
    default:
      return undefined;
  }
}

/** SID of the server's own account domain (MS-DTYP 2.4.2.4 `domain`): as stable as the GUID (16 bytes) that it is made from. */
export function machineSid(serverGuid: Uint8Array): string {
  const view = new DataView(serverGuid.buffer, serverGuid.byteOffset, serverGuid.byteLength);
  // The GUID's last twelve bytes: its first four may be a name or a counter.
  return `S-1-5-21-${view.getUint32(4, true)}-${view.getUint32(8, true)}-${view.getUint32(12, true)}`;
}
