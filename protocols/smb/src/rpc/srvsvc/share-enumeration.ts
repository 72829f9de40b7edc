import type { RpcCall } from '../context.ts';
import { counted } from '../ndr/arrays.ts';
import type { Ndr } from '../ndr/ndr.ts';
import { unique } from '../ndr/pointers.ts';
import { u32 } from '../ndr/scalars.ts';
import { wideString } from '../ndr/strings.ts';
import { parameters, struct } from '../ndr/structures.ts';
import { levelled, type Selected } from '../ndr/unions.ts';
import type { Operation } from '../rpc-interface.ts';
import { Win32Error } from '../win32-error.ts';
import { type ShareInfo, shareInfo } from './share-info.ts';

/** SHARE_INFO_n_CONTAINER (MS-SRVS 2.2.4.32 ff.). */
interface Container {
  readonly buffer: readonly Partial<ShareInfo>[] | undefined;
}

export interface ShareEnumerationRequest {
  readonly serverName: string | undefined;
  readonly infoStruct: Selected<Container | undefined>;
  /** Octets; 0xFFFFFFFF for all. */
  readonly preferedMaximumLength: number;
  readonly resumeHandle: number | undefined;
}

export interface ShareEnumerationResponse {
  readonly infoStruct: Selected<Container | undefined>;
  /** Shares from the resume handle on, also those that did not fit. */
  readonly totalEntries: number;
  readonly resumeHandle: number | undefined;
  readonly status: number;
}

/** Those that have a container (MS-SRVS 2.2.4.38). */
export const LEVELS: readonly number[] = [0, 1, 2, 501, 502, 503];

const infoStruct = levelled<Container | undefined>(
  Object.fromEntries(
    LEVELS.map((level): [number, Ndr<Container | undefined>] => [
      level,
      unique(struct({ buffer: counted(shareInfo[level]!) })),
    ]),
  ),
);

/** A level without its container is an empty one of it. */
const nothing = (level: number): Selected<Container | undefined> => ({ selector: level, arm: undefined });

/** Octets of an entry's fixed part at the largest level. */
const FIXED = 52;
/** Octets of entries in one answer; what does not fit is asked for with the resume handle. */
const MAX_LENGTH = 2 * 1024 * 1024;

function sizeOf({ netname = '', remark = '', path = '' }: ShareInfo): number {
  return FIXED + 2 * (netname.length + remark.length + path.length + 3);
}

/** As many as fit into `length` octets, but one at least. */
function fitting(shares: readonly ShareInfo[], length: number): readonly ShareInfo[] {
  let sum = 0;
  const end = shares.findIndex((share, index) => {
    sum += sizeOf(share);
    return sum > length && index > 0;
  });
  return end < 0 ? shares : shares.slice(0, end);
}

/**
 * The two calls that enumerate shares have the same parameters. The resume handle is the index of the first share that was not returned.
 * @param levels that the call answers
 * @param shown what the call enumerates, always in the same order
 */
export function shareEnumeration(
  opnum: number,
  levels: readonly number[],
  shown: (call: RpcCall) => readonly ShareInfo[],
): Operation<ShareEnumerationRequest, ShareEnumerationResponse> {
  return {
    opnum,
    request: parameters<ShareEnumerationRequest>({
      serverName: unique(wideString),
      infoStruct,
      preferedMaximumLength: u32,
      resumeHandle: unique(u32),
    }),
    response: parameters<ShareEnumerationResponse>({
      infoStruct,
      totalEntries: u32,
      resumeHandle: unique(u32),
      status: u32,
    }),
    answer(call: RpcCall, { infoStruct: { selector }, preferedMaximumLength, resumeHandle }) {
      if (!levels.includes(selector)) {
        return { infoStruct: nothing(selector), totalEntries: 0, resumeHandle, status: Win32Error.INVALID_LEVEL };
      }
      const from = resumeHandle ?? 0;
      const rest = shown(call).slice(from);
      const buffer = fitting(rest, Math.min(preferedMaximumLength, MAX_LENGTH));
      const more = buffer.length < rest.length;
      return {
        infoStruct: { selector, arm: { buffer } },
        totalEntries: rest.length,
        // 0 again once all is told: clients that ask for as long as there is a handle end so.
        resumeHandle: resumeHandle === undefined ? undefined : more ? from + buffer.length : 0,
        status: more ? Win32Error.MORE_DATA : Win32Error.SUCCESS,
      };
    },
  };
}
