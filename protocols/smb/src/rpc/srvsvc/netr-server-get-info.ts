import type { RpcCall } from '../context.ts';
import type { Ndr } from '../ndr/ndr.ts';
import { nullPointer, unique } from '../ndr/pointers.ts';
import { i32, u32 } from '../ndr/scalars.ts';
import { wideString } from '../ndr/strings.ts';
import { parameters, struct } from '../ndr/structures.ts';
import { type Selected, union } from '../ndr/unions.ts';
import type { Operation } from '../rpc-interface.ts';
import { Win32Error } from '../win32-error.ts';
import { PLATFORM_NT, SERVER_TYPE, VERSION } from '../server-identity.ts';

/** The members of SERVER_INFO_100, _101 and _102 (MS-SRVS 2.2.4.40 ff.); each level has those before it. */
export interface ServerInfo {
  readonly platformId: number;
  readonly name: string | undefined;
  readonly versionMajor: number;
  readonly versionMinor: number;
  readonly type: number;
  readonly comment: string | undefined;
  /** Most users at once; −1: no limit. */
  readonly users: number;
  /** Minutes until an idle session is ended; −1: never. */
  readonly disc: number;
  readonly hidden: number;
  /** Seconds between announcements, and milliseconds that they vary by. */
  readonly announce: number;
  readonly anndelta: number;
  readonly licenses: number;
  readonly userpath: string | undefined;
}

export interface NetrServerGetInfoRequest {
  readonly serverName: string | undefined;
  readonly level: number;
}

export interface NetrServerGetInfoResponse {
  readonly infoStruct: Selected<Partial<ServerInfo> | undefined>;
  readonly status: number;
}

const named = { platformId: u32, name: unique(wideString) };
const versioned = { ...named, versionMajor: u32, versionMinor: u32, type: u32, comment: unique(wideString) };
const limited = {
  ...versioned,
  users: i32,
  disc: i32,
  hidden: u32,
  announce: u32,
  anndelta: u32,
  licenses: u32,
  userpath: unique(wideString),
};

/**
 * Levels of SERVER_INFO (MS-SRVS 2.2.3.7) that are not served. Their arm is there even where the level is refused: as a null pointer.
 */
const OTHERS = [
  103, 502, 503, 599, 1005, 1010, 1016, 1017, 1018, 1107, 1501, 1502, 1503, 1506, 1510, 1511, 1512, 1513, 1514, 1515,
  1516, 1518, 1523, 1528, 1529, 1530, 1533, 1534, 1535, 1536, 1538, 1539, 1540, 1541, 1542, 1543, 1544, 1545, 1546,
  1547, 1548, 1549, 1550, 1552, 1553, 1554, 1555, 1556,
];

const served: Readonly<Record<number, Ndr<Partial<ServerInfo> | undefined>>> = {
  100: unique(struct(named)),
  101: unique(struct(versioned)),
  102: unique(struct(limited)),
};

const arms = { ...Object.fromEntries(OTHERS.map((level) => [level, nullPointer])), ...served };

function serverInfo(call: RpcCall): ServerInfo {
  return {
    platformId: PLATFORM_NT,
    name: call.serverName,
    versionMajor: VERSION.major,
    versionMinor: VERSION.minor,
    type: SERVER_TYPE,
    comment: '',
    users: -1,
    disc: -1,
    // Nothing is announced: there is no browser service.
    hidden: 1,
    announce: 0,
    anndelta: 0,
    licenses: 0,
    userpath: '',
  };
}

/** NetrServerGetInfo (MS-SRVS 3.1.4.17). */
export const netrServerGetInfo: Operation<NetrServerGetInfoRequest, NetrServerGetInfoResponse> = {
  opnum: 21,
  request: parameters<NetrServerGetInfoRequest>({ serverName: unique(wideString), level: u32 }),
  response: parameters<NetrServerGetInfoResponse>({ infoStruct: union(u32, arms), status: u32 }),
  answer(call: RpcCall, { level }) {
    const known = Object.hasOwn(served, level);
    return {
      infoStruct: { selector: level, arm: known ? serverInfo(call) : undefined },
      status: known ? Win32Error.SUCCESS : Win32Error.INVALID_LEVEL,
    };
  },
};
