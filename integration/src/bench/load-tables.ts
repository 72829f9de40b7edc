import type { Load } from './load.ts';
import type { FixtureRequest } from './load-messages.ts';
import { nfsLoads } from './nfs/nfs-loads.ts';
import type { BenchOptions } from './options.ts';
import { largeObjectLoads, s3Loads } from './s3/s3-loads.ts';
import type { Protocol, ServerEndpoint } from './server.ts';
import { smbLoads } from './smb/smb-loads.ts';
import { swiftLoads } from './swift/swift-loads.ts';

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
  const wanted = tableOf(protocol, options).filter(
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

type AnyLoad = Omit<Load<never>, 'prepare'>;

function tableOf(protocol: Protocol, options: BenchOptions): readonly AnyLoad[] {
  switch (protocol) {
    case 'nfs':
      return nfsLoads;
    case 's3':
      return [...s3Loads, ...largeObjectLoads(sizes(options).largeBytes)];
    case 'smb':
      return smbLoads;
    case 'swift':
      return swiftLoads;
  }
}

export function fixtureOf(endpoint: ServerEndpoint, loads: readonly LoadRow[], options: BenchOptions): FixtureRequest {
  const { largeBytes, files } = sizes(options);
  const connections = Math.max(...loads.flatMap(({ depths }) => depths));
  switch (endpoint.protocol) {
    case 'nfs':
    case 'smb':
      // The large file is read and written in a circle, so it may be larger than an object.
      return { ...endpoint, options: { files, largeBytes: 4 * largeBytes } };
    case 's3':
      return { ...endpoint, options: { connections, objects: files, largeBytes } };
    case 'swift':
      return { ...endpoint, options: { connections, objects: files } };
  }
}
