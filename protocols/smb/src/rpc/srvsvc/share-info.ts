import type { Ndr } from '../ndr/ndr.ts';
import { conformantOctets } from '../ndr/arrays.ts';
import { unique } from '../ndr/pointers.ts';
import { i32, u32 } from '../ndr/scalars.ts';
import { wideString } from '../ndr/strings.ts';
import { struct } from '../ndr/structures.ts';

/** Share types (MS-SRVS 2.2.2.4). */
export const ShareType = { DISKTREE: 0x0000_0000, IPC: 0x0000_0003, SPECIAL: 0x8000_0000 } as const;

/** `shi_max_uses` of a share without a limit (MS-SRVS 2.2.4.24). */
export const UNLIMITED = -1;

/** The members of all SHARE_INFO levels (MS-SRVS 2.2.4.22 ff.); each level has some of them. */
export interface ShareInfo {
  readonly netname: string | undefined;
  readonly type: number;
  readonly remark: string | undefined;
  readonly permissions: number;
  readonly maxUses: number;
  readonly currentUses: number;
  readonly path: string | undefined;
  readonly passwd: string | undefined;
  /** Server whose share it is; `*` for all names of the server. */
  readonly servername: string | undefined;
  readonly flags: number;
  /** Octets of the security descriptor. */
  readonly reserved: number;
  readonly securityDescriptor: Uint8Array | undefined;
}

const text = unique(wideString);
const name = { netname: text };
const described = { ...name, type: u32, remark: text };
const located = { ...described, permissions: u32, maxUses: i32, currentUses: u32, path: text, passwd: text };

const secured = { reserved: u32, securityDescriptor: unique(conformantOctets) };

/** By level. */
export const shareInfo: Readonly<Record<number, Ndr<Partial<ShareInfo>>>> = {
  0: struct(name),
  1: struct(described),
  2: struct(located),
  501: struct({ ...described, flags: u32 }),
  502: struct({ ...located, ...secured }),
  503: struct({ ...located, servername: text, ...secured }),
  1004: struct({ remark: text }),
  1005: struct({ flags: u32 }),
  1006: struct({ maxUses: i32 }),
  1501: struct(secured),
};
