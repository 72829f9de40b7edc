import type { Caller } from '../../service/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { RegistryState, ShareRecord, UserRecord } from '../registry/state.ts';

/** Whoever runs the head, and the administrators of the tenant. An NFS client's root is neither: its number proves nothing. */
export function mayManage(state: RegistryState, caller: Caller, tenant: string): boolean {
  const { principal, door } = caller;
  if (door === 'internal' && principal.superuser) return true;
  if (door === 'nfs' || principal.userId === undefined) return false;
  const user = state.users.find((each) => each.id === principal.userId);
  return user !== undefined && user.administrator && !user.disabled && user.tenant === tenant;
}

/** The owner of a share and those above. */
export function requireManager(state: RegistryState, caller: Caller, share: ShareRecord): void {
  if (mayManage(state, caller, share.tenant)) return;
  const own = caller.principal.userId === share.owner && caller.principal.tenant === share.tenant;
  if (!own || caller.door === 'nfs') throw new StorageError('accessDenied');
  if (caller.readOnly) throw new StorageError('readOnly');
}

/** Owners are users of the share's tenant. */
export function requireOwnerIn(state: RegistryState, tenant: string, owner: string): UserRecord {
  const user = state.users.find((each) => each.id === owner);
  if (user === undefined || user.tenant !== tenant) throw new StorageError('notFound', 'no such owner in the tenant');
  return user;
}
