import { type CallContext, procedure, type Program } from '../rpc/program.ts';
import {
  IPPROTO_TCP,
  PMAP_PROG,
  PMAP_VERS,
  pmapVersProcedures,
  type Rpcb,
  RPCBVERS,
  RPCBVERS4,
  rpcbvers4Procedures,
  rpcbversProcedures,
  type RpcbEntry,
} from '../xdr/portmap.ts';
import { type Binding, BindingTable } from './bindings.ts';
import { universalAddress } from './universal-address.ts';

/** `tpi-semantics` of rpcbind's entry list: connection-oriented with orderly release (RFC 1833 §2.1, NC_TPI_COTS_ORD). */
const COTS_ORD = 3;
/** Replies of DUMP: bytes of an entry, generously. */
const ENTRY_BYTES = 160;

export interface PortmapOptions {
  /** The services to tell about, without the port mapper itself. */
  readonly bindings: readonly Binding[];
  /** The port that the port mapper itself listens at. */
  readonly port: number;
  /** Seconds since 1970, for GETTIME. */
  readonly now: () => number;
}

/**
 * A port mapper for our own services: PMAP version 2 and rpcbind versions 3 and 4 (RFC 1833), over TCP.
 *
 * SET and UNSET answer FALSE: nobody registers with us. CALLIT, INDIRECT and BCAST are not served: a call made on behalf of others
 * arrives from our own address and defeats address rules.
 */
export function portmapProgram(options: PortmapOptions): Program {
  const own = [PMAP_VERS, RPCBVERS, RPCBVERS4].map((version) => ({ program: PMAP_PROG, version, port: options.port }));
  const table = new BindingTable([...own, ...options.bindings]);
  const dumpBytes = table.all.length * ENTRY_BYTES;
  return {
    name: 'portmap',
    number: PMAP_PROG,
    versions: [
      version2(table, dumpBytes),
      version3(table, dumpBytes, options.now),
      version4(table, dumpBytes, options.now),
    ],
  };
}

function version2(table: BindingTable, dumpBytes: number): Program['versions'][number] {
  const p = pmapVersProcedures;
  return {
    number: PMAP_VERS,
    procedures: [
      procedure(p.PMAPPROC_NULL, () => undefined),
      procedure(p.PMAPPROC_SET, () => false),
      procedure(p.PMAPPROC_UNSET, () => false),
      procedure(p.PMAPPROC_GETPORT, ({ prog, vers, prot }) =>
        prot === IPPROTO_TCP ? (table.findAny(prog, vers)?.port ?? 0) : 0,
      ),
      procedure(
        p.PMAPPROC_DUMP,
        () =>
          table.all.map(({ program, version, port }) => ({
            map: { prog: program, vers: version, prot: IPPROTO_TCP, port },
          })),
        { replyBytes: () => dumpBytes },
      ),
    ],
  };
}

function version3(table: BindingTable, dumpBytes: number, now: () => number): Program['versions'][number] {
  const p = rpcbversProcedures;
  return {
    number: RPCBVERS,
    procedures: [
      procedure(p.RPCBPROC_NULL, () => undefined),
      procedure(p.RPCBPROC_SET, () => false),
      procedure(p.RPCBPROC_UNSET, () => false),
      procedure(p.RPCBPROC_GETADDR, (wanted, call) =>
        addressOf(table.findAny(wanted.rProg, wanted.rVers), wanted, call),
      ),
      procedure(p.RPCBPROC_DUMP, (_args, call) => dump(table, call), { replyBytes: () => dumpBytes }),
      procedure(p.RPCBPROC_GETTIME, () => now()),
    ],
  };
}

function version4(table: BindingTable, dumpBytes: number, now: () => number): Program['versions'][number] {
  const p = rpcbvers4Procedures;
  return {
    number: RPCBVERS4,
    procedures: [
      procedure(p.RPCBPROC4_NULL, () => undefined),
      procedure(p.RPCBPROC4_SET, () => false),
      procedure(p.RPCBPROC4_UNSET, () => false),
      procedure(p.RPCBPROC4_GETADDR, (wanted, call) =>
        addressOf(table.findAny(wanted.rProg, wanted.rVers), wanted, call),
      ),
      procedure(p.RPCBPROC4_DUMP, (_args, call) => dump(table, call), { replyBytes: () => dumpBytes }),
      procedure(p.RPCBPROC4_GETTIME, () => now()),
      procedure(p.RPCBPROC4_GETVERSADDR, (wanted, call) =>
        addressOf(table.find(wanted.rProg, wanted.rVers), wanted, call),
      ),
      procedure(p.RPCBPROC4_GETADDRLIST, (wanted, call) => addressList(table.find(wanted.rProg, wanted.rVers), call)),
    ],
  };
}

/** The address at which the caller reached us, with the service's port; empty when there is no such service. */
function addressOf(binding: Binding | undefined, wanted: Rpcb, call: CallContext): string {
  if (binding === undefined || (wanted.rNetid !== '' && wanted.rNetid !== netid(call))) return '';
  return universalAddress(call.local.address, binding.port);
}

function dump(table: BindingTable, call: CallContext): { readonly rpcbMap: Rpcb }[] {
  return table.all.map(({ program, version, port }) => ({
    rpcbMap: {
      rProg: program,
      rVers: version,
      rNetid: netid(call),
      rAddr: universalAddress(call.local.address, port),
      rOwner: 'superuser',
    },
  }));
}

function addressList(binding: Binding | undefined, call: CallContext): { readonly rpcbEntryMap: RpcbEntry }[] {
  if (binding === undefined) return [];
  const id = netid(call);
  return [
    {
      rpcbEntryMap: {
        rMaddr: universalAddress(call.local.address, binding.port),
        rNcNetid: id,
        rNcSemantics: COTS_ORD,
        rNcProtofmly: id === 'tcp6' ? 'inet6' : 'inet',
        rNcProto: 'tcp',
      },
    },
  ];
}

function netid(call: CallContext): 'tcp' | 'tcp6' {
  return call.local.address.includes(':') ? 'tcp6' : 'tcp';
}
