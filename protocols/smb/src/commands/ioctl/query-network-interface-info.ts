import { isIP } from 'node:net';
import { networkInterfaceInfo } from '../../messages/fsctl/network-interface-info.ts';
import { Dialect } from '../../messages/command.ts';
import { encode } from '../../messages/whole.ts';
import { NtStatus } from '../../nt-status.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError } from '../../status.ts';

/** Bits per second; only the ratio between interfaces means something to clients. */
const LINK_SPEED = 1_000_000_000n;

/**
 * FSCTL_QUERY_NETWORK_INTERFACE_INFO (MS-SMB2 3.3.5.15.11). Multichannel, which it is for, is not offered: the one way here is the one that the client has
 * come by.
 */
export const queryNetworkInterfaceInfo: FsctlRow = {
  needs: 'tree',
  handle({ connection }) {
    const address = connection.local.split('%')[0]!;
    if (connection.dialect < Dialect.SMB_3_0 || isIP(address) === 0) throw new StatusError(NtStatus.NOT_SUPPORTED);
    return encode(networkInterfaceInfo, [{ ifIndex: 1, capability: 0, linkSpeed: LINK_SPEED, address }]);
  },
};
