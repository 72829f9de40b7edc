import type { AttributeChanges, Attributes } from '@polynas/core/service';
import { Access } from '../../messages/create.ts';
import { SecurityInformation } from '../../messages/query-info.ts';
import type { SetInfoRequest } from '../../messages/set-info.ts';
import { decode } from '../../messages/whole.ts';
import { NtStatus } from '../../nt-status.ts';
import { DescriptorControl, type SecurityDescriptor, securityDescriptor } from '../../security/descriptor.ts';
import { identityOf } from '../../security/identity.ts';
import { modeOfAcl } from '../../security/mode.ts';
import type { OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { needAccess } from '../file-of.ts';

const s = SecurityInformation;

/**
 * InfoType SECURITY (MS-SMB2 3.3.5.21.3): owner and group by the SIDs of our own users and groups, the DACL where mode bits can say it. What
 * cannot be kept is refused, not dropped.
 */
export async function setSecurity(context: OpenContext, file: FileOpen, request: SetInfoRequest): Promise<void> {
  const wanted = request.additionalInformation;
  if ((wanted & s.SACL) !== 0) throw new StatusError(NtStatus.ACCESS_DENIED);
  if ((wanted & ~(s.OWNER | s.GROUP | s.DACL)) !== 0) throw new StatusError(NtStatus.NOT_SUPPORTED);
  if ((wanted & (s.OWNER | s.GROUP)) !== 0) needAccess(file, Access.WRITE_OWNER);
  if ((wanted & s.DACL) !== 0) needAccess(file, Access.WRITE_DAC);
  const descriptor = decode(securityDescriptor, request.buffer);
  const caller = context.caller();
  const before = await file.open.getattr(caller);
  const changes = changesOf(descriptor, wanted, before);
  if (Object.keys(changes).length > 0) await file.open.setattr(caller, changes);
}

function changesOf(descriptor: SecurityDescriptor, wanted: number, before: Attributes): AttributeChanges {
  const uid = (wanted & s.OWNER) === 0 ? before.uid : ownerOf(descriptor);
  const gid = (wanted & s.GROUP) === 0 ? before.gid : groupOf(descriptor);
  const changes: { uid?: number; gid?: number; mode?: number } = {};
  if (uid !== before.uid) changes.uid = uid;
  if (gid !== before.gid) changes.gid = gid;
  if ((wanted & s.DACL) !== 0) {
    const present = (descriptor.control & DescriptorControl.DACL_PRESENT) !== 0;
    const mode = modeOfAcl(present ? descriptor.dacl : undefined, { uid, gid, mode: before.mode });
    if (mode === undefined) throw new StatusError(NtStatus.NOT_SUPPORTED);
    if (mode !== before.mode) changes.mode = mode;
  }
  return changes;
}

function ownerOf({ owner }: SecurityDescriptor): number {
  const identity = owner === undefined ? undefined : identityOf(owner);
  if (identity?.kind !== 'user') throw new StatusError(NtStatus.INVALID_OWNER);
  return identity.uid;
}

function groupOf({ group }: SecurityDescriptor): number {
  const identity = group === undefined ? undefined : identityOf(group);
  // MS-FSA 2.1.5.17 has one status for both.
  if (identity?.kind !== 'group') throw new StatusError(NtStatus.INVALID_OWNER);
  return identity.gid;
}
