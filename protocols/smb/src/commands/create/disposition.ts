import { CreateAction, CreateDisposition } from '../../messages/create.ts';
import { NtStatus } from '../../nt-status.ts';
import { StatusError } from '../../status.ts';

/** What a disposition makes of a file or stream that is, or is not, there. */
export type Plan = 'open' | 'create' | 'overwrite' | 'supersede';

const d = CreateDisposition;

/** MS-SMB2 2.2.13 CreateDisposition, MS-FSA 2.1.5.1.1 and 2.1.5.1.2. */
export function planOf(disposition: number, exists: boolean): Plan {
  switch (disposition) {
    case d.OPEN:
      return need(exists, 'open');
    case d.OVERWRITE:
      return need(exists, 'overwrite');
    case d.CREATE:
      if (exists) throw new StatusError(NtStatus.OBJECT_NAME_COLLISION);
      return 'create';
    case d.OPEN_IF:
      return exists ? 'open' : 'create';
    case d.OVERWRITE_IF:
      return exists ? 'overwrite' : 'create';
    case d.SUPERSEDE:
      return exists ? 'supersede' : 'create';
    default:
      throw new StatusError(NtStatus.INVALID_PARAMETER);
  }
}

function need(exists: boolean, plan: Plan): Plan {
  if (!exists) throw new StatusError(NtStatus.OBJECT_NAME_NOT_FOUND);
  return plan;
}

/** Whether it makes what is not there. */
export function mayCreate(disposition: number): boolean {
  return disposition !== d.OPEN && disposition !== d.OVERWRITE;
}

/** Whether it empties what is there. */
export function replaces(disposition: number): boolean {
  return disposition === d.SUPERSEDE || disposition === d.OVERWRITE || disposition === d.OVERWRITE_IF;
}

export const actionOf = {
  open: CreateAction.OPENED,
  create: CreateAction.CREATED,
  overwrite: CreateAction.OVERWRITTEN,
  supersede: CreateAction.SUPERSEDED,
} as const satisfies Record<Plan, number>;
