import {
  type FileFullEaInformation,
  EA_ENTRY_UNIT,
  fileFullEaInformation,
} from '../../information/extended-attributes.ts';
import { readChain } from '../../information/chain.ts';
import { fileNumberOf } from '../../information/attributes.ts';
import { allocationSize } from '../../messages/create-contexts/allocation-size.ts';
import {
  type CreateContext,
  createContext,
  CreateContextName,
  findCreateContext,
  findCreateContextData,
} from '../../messages/create-contexts/list.ts';
import { maximalAccessRequest, maximalAccessResponse } from '../../messages/create-contexts/maximal-access.ts';
import { onDiskIdResponse } from '../../messages/create-contexts/on-disk-id.ts';
import { isEaName } from '../../names/ea-name.ts';
import { NtStatus } from '../../nt-status.ts';
import { type SecurityDescriptor, securityDescriptor } from '../../security/descriptor.ts';
import { StatusError } from '../../status.ts';

/**
 * What the create contexts of a request ask for. Leases and durable handles (RqLs, DHnQ, DH2Q) are not granted, which their absence from the response
 * says (MS-SMB2 3.3.5.9.6, 3.3.5.9.8, 3.3.5.9.10), and unknown contexts are passed over (3.3.5.9).
 */
export interface WantedByContexts {
  readonly maximalAccess: boolean;
  readonly onDiskId: boolean;
  /** Bytes to reserve for a new file. */
  readonly allocationSize: number | undefined;
  readonly extendedAttributes: readonly FileFullEaInformation[];
  readonly securityDescriptor: SecurityDescriptor | undefined;
}

const n = CreateContextName;

/** Contexts that only name what a server without snapshots and durable handles has not (MS-SMB2 3.3.5.9.4, 3.3.5.9.7, 3.3.5.9.12). */
const ABSENT = [n.TIMEWARP_TOKEN, n.DURABLE_HANDLE_RECONNECT, n.DURABLE_HANDLE_RECONNECT_V2] as const;

export function readContexts(contexts: readonly CreateContext[]): WantedByContexts {
  for (const name of ABSENT) {
    if (findCreateContext(contexts, name) !== undefined) throw new StatusError(NtStatus.OBJECT_NAME_NOT_FOUND);
  }
  const attributes = findCreateContext(contexts, n.EA_BUFFER);
  return {
    maximalAccess: findCreateContextData(contexts, n.QUERY_MAXIMAL_ACCESS, maximalAccessRequest) !== undefined,
    onDiskId: findCreateContext(contexts, n.QUERY_ON_DISK_ID) !== undefined,
    allocationSize: findCreateContextData(contexts, n.ALLOCATION_SIZE, allocationSize),
    extendedAttributes: attributes ? extendedAttributesIn(attributes.data) : [],
    securityDescriptor: findCreateContextData(contexts, n.SD_BUFFER, securityDescriptor),
  };
}

/** Looked at before anything is made or emptied for them. */
function extendedAttributesIn(data: Uint8Array): readonly FileFullEaInformation[] {
  const entries = readChain(data, fileFullEaInformation, EA_ENTRY_UNIT);
  if (entries.some(({ eaName }) => !isEaName(eaName))) throw new StatusError(NtStatus.INVALID_EA_NAME);
  return entries;
}

/** Contexts of the response. */
export function answerContexts(
  wanted: WantedByContexts,
  found: { readonly file: bigint; readonly share: number; readonly maximalAccess: number | undefined },
): readonly CreateContext[] {
  const contexts: CreateContext[] = [];
  if (found.maximalAccess !== undefined) {
    const value = { queryStatus: NtStatus.SUCCESS, maximalAccess: found.maximalAccess };
    contexts.push(createContext(n.QUERY_MAXIMAL_ACCESS, maximalAccessResponse, value));
  }
  if (wanted.onDiskId) {
    const value = { diskFileId: fileNumberOf({ id: found.file }), volumeId: BigInt(found.share) };
    contexts.push(createContext(n.QUERY_ON_DISK_ID, onDiskIdResponse, value));
  }
  return contexts;
}
