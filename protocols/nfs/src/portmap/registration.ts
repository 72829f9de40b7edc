import { RpcClient, type RpcEndpoint } from '../rpc/client.ts';
import { PMAP_PROG, type Rpcb, RPCBVERS4, rpcbvers4Procedures } from '../xdr/portmap.ts';
import type { Binding } from './bindings.ts';
import { universalAddress } from './universal-address.ts';

/** The host's rpcbind believes only who comes over its socket, or from a privileged port of the loopback. */
export const SYSTEM_RPCBIND: RpcEndpoint = { path: '/run/rpcbind.sock' };

const ANY = { tcp: '0.0.0.0', tcp6: '::' } as const;

/** Services made known to the rpcbind of the host. */
export interface Registration {
  /** Bindings that rpcbind refused, as a rule because another server (the kernel's, Ganesha) has registered them. */
  readonly refused: readonly Binding[];
  /** Withdraws what was registered; clients that ask find nothing. */
  withdraw(): Promise<void>;
}

/**
 * Registers TCP services with a running rpcbind (RFC 1833 §2.2.1, RPCBPROC_SET of version 4).
 * @param netids `tcp` for IPv4 and `tcp6` for IPv6, as the services listen
 * @throws the socket's error when there is no rpcbind
 */
export async function register(
  bindings: readonly Binding[],
  netids: readonly ('tcp' | 'tcp6')[],
  endpoint: RpcEndpoint = SYSTEM_RPCBIND,
): Promise<Registration> {
  const refused: Binding[] = [];
  const registered: Rpcb[] = [];
  const client = await RpcClient.connect(endpoint);
  try {
    for (const binding of bindings) {
      for (const netid of netids) {
        const entry = entryOf(binding, netid);
        if (await client.call(PMAP_PROG, RPCBVERS4, rpcbvers4Procedures.RPCBPROC4_SET, entry)) registered.push(entry);
        else refused.push(binding);
      }
    }
  } finally {
    client.close();
  }
  return { refused, withdraw: () => withdraw(registered, endpoint) };
}

async function withdraw(entries: readonly Rpcb[], endpoint: RpcEndpoint): Promise<void> {
  const client = await RpcClient.connect(endpoint);
  try {
    for (const entry of entries) await client.call(PMAP_PROG, RPCBVERS4, rpcbvers4Procedures.RPCBPROC4_UNSET, entry);
  } finally {
    client.close();
  }
}

function entryOf({ program, version, port }: Binding, netid: 'tcp' | 'tcp6'): Rpcb {
  // rpcbind takes the owner from the socket's credentials and ignores what is said here.
  return { rProg: program, rVers: version, rNetid: netid, rAddr: universalAddress(ANY[netid], port), rOwner: '' };
}
