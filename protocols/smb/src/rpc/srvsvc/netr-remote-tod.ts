import type { RpcCall } from '../context.ts';
import { unique } from '../ndr/pointers.ts';
import { i32, u32 } from '../ndr/scalars.ts';
import { wideString } from '../ndr/strings.ts';
import { parameters, struct } from '../ndr/structures.ts';
import type { Operation } from '../rpc-interface.ts';
import { Win32Error } from '../win32-error.ts';

/** TIME_OF_DAY_INFO (MS-SRVS 2.2.4.105). */
export interface TimeOfDay {
  /** Seconds since 1970, UTC. */
  readonly elapsed: number;
  /** Milliseconds of a clock that began anywhere. */
  readonly msecs: number;
  readonly hours: number;
  readonly mins: number;
  readonly secs: number;
  /** Hundredths of a second. */
  readonly hunds: number;
  /** Minutes west of UTC that the fields are local time of. */
  readonly timezone: number;
  /** Length of a clock tick in 0.1 ms. */
  readonly tinterval: number;
  readonly day: number;
  readonly month: number;
  readonly year: number;
  /** Sunday is 0. */
  readonly weekday: number;
}

export interface NetrRemoteTodRequest {
  readonly serverName: string | undefined;
}

export interface NetrRemoteTodResponse {
  readonly bufferPtr: TimeOfDay | undefined;
  readonly status: number;
}

const timeOfDay = struct<TimeOfDay>({
  elapsed: u32,
  msecs: u32,
  hours: u32,
  mins: u32,
  secs: u32,
  hunds: u32,
  timezone: i32,
  tinterval: u32,
  day: u32,
  month: u32,
  year: u32,
  weekday: u32,
});

const TICK = 310;
const TWO_32 = 2 ** 32;

/** @param now milliseconds since 1970 */
function inUtc(now: number): TimeOfDay {
  const date = new Date(now);
  return {
    elapsed: Math.floor(now / 1000) % TWO_32,
    msecs: now % TWO_32,
    hours: date.getUTCHours(),
    mins: date.getUTCMinutes(),
    secs: date.getUTCSeconds(),
    hunds: Math.floor(date.getUTCMilliseconds() / 10),
    timezone: 0,
    tinterval: TICK,
    day: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    year: date.getUTCFullYear(),
    weekday: date.getUTCDay(),
  };
}

/** NetrRemoteTOD (MS-SRVS 3.1.4.21), in UTC. */
export const netrRemoteTod: Operation<NetrRemoteTodRequest, NetrRemoteTodResponse> = {
  opnum: 28,
  request: parameters<NetrRemoteTodRequest>({ serverName: unique(wideString) }),
  response: parameters<NetrRemoteTodResponse>({ bufferPtr: unique(timeOfDay), status: u32 }),
  answer: (call: RpcCall) => ({ bufferPtr: inUtc(call.clock.now()), status: Win32Error.SUCCESS }),
};
