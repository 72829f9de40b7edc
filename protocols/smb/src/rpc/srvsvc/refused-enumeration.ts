import { WireError } from '@polynas/core/wire';
import { counted } from '../ndr/arrays.ts';
import type { Ndr } from '../ndr/ndr.ts';
import { unique } from '../ndr/pointers.ts';
import { u32 } from '../ndr/scalars.ts';
import { parameters, struct } from '../ndr/structures.ts';
import { levelled, type Selected } from '../ndr/unions.ts';
import { wideString } from '../ndr/strings.ts';
import type { Operation } from '../rpc-interface.ts';
import { Win32Error } from '../win32-error.ts';

/** An element that has no codec: requests have none, and neither has a refusal. */
const noEntry: Ndr<never> = {
  alignment: 4,
  read() {
    throw new WireError('entries in a request');
  },
  write() {
    throw new WireError('entries in a refusal');
  },
};

/** A container without entries. */
interface Empty {
  readonly buffer: readonly never[] | undefined;
}

export interface RefusedEnumerationRequest {
  /** What is enumerated, and whose: names of server, share, client, user, as many as the call has. */
  readonly names: Readonly<Record<string, string | undefined>>;
  readonly infoStruct: Selected<Empty | undefined>;
  readonly preferedMaximumLength: number;
  readonly resumeHandle: number | undefined;
}

export interface RefusedEnumerationResponse {
  readonly infoStruct: Selected<Empty | undefined>;
  readonly totalEntries: number;
  readonly resumeHandle: number | undefined;
  readonly status: number;
}

/**
 * An enumeration of what other users do (sessions, connections, open files), which is for administrators (MS-SRVS 3.1.4.1, 3.1.4.2, 3.1.4.5), and is shown to them by the console
 * for all protocols together: refused here.
 * @param names of the parameters before the level
 * @param levels that the call has
 */
export function refusedEnumeration(
  opnum: number,
  names: readonly string[],
  levels: readonly number[],
): Operation<RefusedEnumerationRequest, RefusedEnumerationResponse> {
  const container = unique(struct<Empty>({ buffer: counted(noEntry) }));
  const infoStruct = levelled(Object.fromEntries(levels.map((level) => [level, container])));
  const rest = { infoStruct, preferedMaximumLength: u32, resumeHandle: unique(u32) };
  return {
    opnum,
    request: parameters<RefusedEnumerationRequest>({
      names: parameters(Object.fromEntries(names.map((name) => [name, unique(wideString)]))),
      ...rest,
    }),
    response: parameters<RefusedEnumerationResponse>({
      infoStruct,
      totalEntries: u32,
      resumeHandle: unique(u32),
      status: u32,
    }),
    answer: (_call, { infoStruct: { selector }, resumeHandle }) => ({
      infoStruct: { selector, arm: { buffer: undefined } },
      totalEntries: 0,
      resumeHandle,
      status: levels.includes(selector) ? Win32Error.ACCESS_DENIED : Win32Error.INVALID_LEVEL,
    }),
  };
}
