import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeVoid, encodeVoid } from '../codec/xdr.ts';
import { RpcClient } from '../rpc/client.ts';
import { procedure, type Program } from '../rpc/program.ts';
import { RpcServer } from '../rpc/server.ts';
import {
  IPPROTO_TCP,
  IPPROTO_UDP,
  PMAP_PROG,
  PMAP_VERS,
  pmapVersProcedures,
  RPCBVERS,
  RPCBVERS4,
  rpcbvers4Procedures,
  rpcbversProcedures,
} from '../xdr/portmap.ts';
import { bindingsOf } from './bindings.ts';
import { portmapProgram } from './program.ts';
import { register } from './registration.ts';
import { portOf, universalAddress } from './universal-address.ts';

const observer = {
  fault: (error: unknown) => {
    throw error;
  },
  dropped: () => undefined,
};
const NULL_PROCEDURE = procedure(
  {
    name: 'NULL',
    number: 0,
    decodeArgs: decodeVoid,
    encodeArgs: encodeVoid,
    decodeResult: decodeVoid,
    encodeResult: encodeVoid,
  },
  () => undefined,
);
const NFS: Program = { name: 'nfs', number: 100_003, versions: [{ number: 3, procedures: [NULL_PROCEDURE] }] };

describe('universal addresses', () => {
  it('hold the port in two bytes', () => {
    expect(universalAddress('192.0.2.1', 2049)).toBe('192.0.2.1.8.1');
    expect(portOf('2001:db8::1.8.1')).toBe(2049);
    expect(portOf('192.0.2.1.256.1')).toBeUndefined();
    expect(portOf('')).toBeUndefined();
  });
});

describe('port mapper', () => {
  let server: RpcServer;
  let client: RpcClient;

  beforeAll(async () => {
    server = new RpcServer({
      programs: [portmapProgram({ bindings: bindingsOf([NFS], 2049), port: 111, now: () => 1_700_000_000 })],
      observer,
    });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    client = await RpcClient.connect({ host: '127.0.0.1', port });
  });
  afterAll(async () => {
    client.close();
    await server.close(100);
  });

  it('tells the port of a service to version 2', async () => {
    const port = (prog: number, vers: number, prot: number) =>
      client.call(PMAP_PROG, PMAP_VERS, pmapVersProcedures.PMAPPROC_GETPORT, { prog, vers, prot, port: 0 });
    expect(await port(100_003, 3, IPPROTO_TCP)).toBe(2049);
    expect(await port(100_003, 4, IPPROTO_TCP)).toBe(2049);
    expect(await port(100_003, 3, IPPROTO_UDP)).toBe(0);
    expect(await port(100_024, 1, IPPROTO_TCP)).toBe(0);
    const all = await client.call(PMAP_PROG, PMAP_VERS, pmapVersProcedures.PMAPPROC_DUMP, undefined);
    expect(all).toContainEqual({ map: { prog: 100_003, vers: 3, prot: 6, port: 2049 } });
    expect(all).toHaveLength(4);
  });

  it('tells the address at which the caller came to versions 3 and 4', async () => {
    const wanted = { rProg: 100_003, rVers: 3, rNetid: 'tcp', rAddr: '', rOwner: '' };
    const v3 = rpcbversProcedures;
    const v4 = rpcbvers4Procedures;
    expect(await client.call(PMAP_PROG, RPCBVERS, v3.RPCBPROC_GETADDR, wanted)).toBe('127.0.0.1.8.1');
    expect(await client.call(PMAP_PROG, RPCBVERS4, v4.RPCBPROC4_GETADDR, wanted)).toBe('127.0.0.1.8.1');
    expect(await client.call(PMAP_PROG, RPCBVERS4, v4.RPCBPROC4_GETADDR, { ...wanted, rNetid: 'udp' })).toBe('');
    expect(await client.call(PMAP_PROG, RPCBVERS4, v4.RPCBPROC4_GETVERSADDR, { ...wanted, rVers: 4 })).toBe('');
    expect(await client.call(PMAP_PROG, RPCBVERS4, v4.RPCBPROC4_GETADDRLIST, wanted)).toEqual([
      {
        rpcbEntryMap: {
          rMaddr: '127.0.0.1.8.1',
          rNcNetid: 'tcp',
          rNcSemantics: 3,
          rNcProtofmly: 'inet',
          rNcProto: 'tcp',
        },
      },
    ]);
    expect(await client.call(PMAP_PROG, RPCBVERS, v3.RPCBPROC_DUMP, undefined)).toHaveLength(4);
    expect(await client.call(PMAP_PROG, RPCBVERS, v3.RPCBPROC_GETTIME, undefined)).toBe(1_700_000_000);
  });

  it('lets nobody register', async () => {
    const mapping = { prog: 100_003, vers: 3, prot: IPPROTO_TCP, port: 666 };
    expect(await client.call(PMAP_PROG, PMAP_VERS, pmapVersProcedures.PMAPPROC_SET, mapping)).toBe(false);
    expect(await client.call(PMAP_PROG, PMAP_VERS, pmapVersProcedures.PMAPPROC_UNSET, mapping)).toBe(false);
  });
});

describe('registration with rpcbind', () => {
  it('sets each binding, reports the refused ones, and unsets what it set', async () => {
    const log: string[] = [];
    const p = rpcbvers4Procedures;
    const rpcbind = new RpcServer({
      programs: [
        {
          name: 'rpcbind',
          number: PMAP_PROG,
          versions: [
            {
              number: RPCBVERS4,
              procedures: [
                procedure(p.RPCBPROC4_SET, ({ rProg, rVers, rNetid, rAddr }) => {
                  log.push(`set ${rProg} ${rVers} ${rNetid} ${rAddr}`);
                  return rNetid === 'tcp';
                }),
                procedure(p.RPCBPROC4_UNSET, ({ rProg, rNetid }) => {
                  log.push(`unset ${rProg} ${rNetid}`);
                  return true;
                }),
              ],
            },
          ],
        },
      ],
      observer,
    });
    const { port } = await rpcbind.listen({ host: '127.0.0.1', port: 0 });
    const registration = await register(bindingsOf([NFS], 2049), ['tcp', 'tcp6'], { host: '127.0.0.1', port });
    expect(registration.refused).toEqual([{ program: 100_003, version: 3, port: 2049 }]);
    await registration.withdraw();
    expect(log).toEqual(['set 100003 3 tcp 0.0.0.0.8.1', 'set 100003 3 tcp6 ::.8.1', 'unset 100003 tcp']);
    await rpcbind.close(100);
  });

  it('fails when nobody answers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rpcbind-'));
    await expect(register([], ['tcp'], { path: join(folder, 'missing.sock') })).rejects.toThrow('ENOENT');
    const mute = createServer((socket) => socket.destroy()).listen(join(folder, 'mute.sock'));
    await expect(register(bindingsOf([NFS], 1), ['tcp'], { path: join(folder, 'mute.sock') })).rejects.toThrow();
    mute.close();
    rmSync(folder, { recursive: true });
  });
});
