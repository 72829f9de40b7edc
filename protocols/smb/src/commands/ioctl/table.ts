import { CtlCode } from '../../messages/ioctl.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { getCompression, setCompression } from './compression.ts';
import { copychunk, copychunkWrite } from './copychunk.ts';
import { dfsGetReferrals } from './dfs-get-referrals.ts';
import { duplicateExtents } from './duplicate-extents.ts';
import { enumerateSnapshots } from './enumerate-snapshots.ts';
import { getReparsePoint } from './get-reparse-point.ts';
import { createOrGetObjectId } from './object-id.ts';
import { pipeTransceive } from './pipe-transceive.ts';
import { pipeWait } from './pipe-wait.ts';
import { queryAllocatedRanges } from './query-allocated-ranges.ts';
import { queryNetworkInterfaceInfo } from './query-network-interface-info.ts';
import { fileLevelTrim, readHash, requestResiliency } from './refused.ts';
import { requestResumeKey } from './resume-key.ts';
import { setSparse } from './set-sparse.ts';
import { setZeroData } from './set-zero-data.ts';
import { validateNegotiateInfo } from './validate-negotiate-info.ts';

/** Control codes that are served or refused with a status of their own. */
export const fsctls: ReadonlyMap<number, FsctlRow> = new Map<number, FsctlRow>([
  [CtlCode.FSCTL_DFS_GET_REFERRALS, dfsGetReferrals],
  [CtlCode.FSCTL_DFS_GET_REFERRALS_EX, dfsGetReferrals],
  [CtlCode.FSCTL_PIPE_TRANSCEIVE, pipeTransceive],
  [CtlCode.FSCTL_PIPE_WAIT, pipeWait],
  [CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO, queryNetworkInterfaceInfo],
  [CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO, validateNegotiateInfo],
  [CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY, requestResumeKey],
  [CtlCode.FSCTL_SRV_COPYCHUNK, copychunk],
  [CtlCode.FSCTL_SRV_COPYCHUNK_WRITE, copychunkWrite],
  [CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS, enumerateSnapshots],
  [CtlCode.FSCTL_SRV_READ_HASH, readHash],
  [CtlCode.FSCTL_LMR_REQUEST_RESILIENCY, requestResiliency],
  [CtlCode.FSCTL_DUPLICATE_EXTENTS_TO_FILE, duplicateExtents],
  [CtlCode.FSCTL_SET_ZERO_DATA, setZeroData],
  [CtlCode.FSCTL_QUERY_ALLOCATED_RANGES, queryAllocatedRanges],
  [CtlCode.FSCTL_SET_SPARSE, setSparse],
  [CtlCode.FSCTL_GET_COMPRESSION, getCompression],
  [CtlCode.FSCTL_SET_COMPRESSION, setCompression],
  [CtlCode.FSCTL_CREATE_OR_GET_OBJECT_ID, createOrGetObjectId],
  [CtlCode.FSCTL_GET_REPARSE_POINT, getReparsePoint],
  [CtlCode.FSCTL_FILE_LEVEL_TRIM, fileLevelTrim],
]);
