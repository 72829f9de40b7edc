import type { FixtureRequest } from './load-messages.ts';
import { nfsLoads } from './nfs/nfs-loads.ts';
import type { BenchOptions } from './options.ts';
import { largeObjectLoads, s3Loads } from './s3/s3-loads.ts';
import type { Protocol, ServerEndpoint } from './server.ts';

const MIB = 1024 ** 2;

/** A load as the bench sees it: without its fixture, which lives in the load generator. */
export interface LoadRow {
  readonly name: string;
  readonly unit: string;
  readonly depths: readonly number[];
  readonly bytes?: number;
  readonly maximum: number;
}

function sizes({ quick }: BenchOptions): { largeBytes: number; files: number } {
  return quick ? { largeBytes: 16 * MIB, files: 200 } : { largeBytes: 64 * MIB, files: 1000 };
}

export function loadsOf(protocol: Protocol, options: BenchOptions): LoadRow[] {
  const table = protocol === 'nfs' ? nfsLoads : [...s3Loads, ...largeObjectLoads(sizes(options).largeBytes)];
  const wanted = table.filter(
    ({ name }) => options.loads.length === 0 || options.loads.some((text) => name.includes(text)),
  );
  return wanted.map(({ name, unit, bytes, depths = options.depths, maximum }) => ({
    name,
    unit,
    depths,
    ...(bytes !== undefined && { bytes }),
    maximum: maximum?.(options.seconds) ?? Number.MAX_SAFE_INTEGER,
  }));
}

export function fixtureOf(endpoint: ServerEndpoint, loads: readonly LoadRow[], options: BenchOptions): FixtureRequest {
  const { largeBytes, files } = sizes(options);
  if (endpoint.protocol === 'nfs') {
    // The large NFS file is read and written in a circle, so it may be larger than an object.
    return { ...endpoint, options: { files, largeBytes: 4 * largeBytes } };
  }
  const connections = Math.max(...loads.flatMap(({ depths }) => depths));
  return { ...endpoint, options: { connections, objects: files, largeBytes } };
}
