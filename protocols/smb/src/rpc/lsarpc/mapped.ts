import { NtStatus } from '../../nt-status.ts';
import { LsaStatus } from './lsa-status.ts';

/** The status of a lookup of `asked` names or SIDs, of which `mapped` were found (MS-LSAT 3.1.4.5, 3.1.4.11). */
export function mappedStatus(mapped: number, asked: number): number {
  if (mapped === asked) return NtStatus.SUCCESS;
  return mapped === 0 ? LsaStatus.NONE_MAPPED : LsaStatus.SOME_NOT_MAPPED;
}
