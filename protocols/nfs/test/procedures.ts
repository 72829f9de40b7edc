import type { ProcedureCodec } from '../src/codec/procedure-codec.ts';
import { mountV3Procedures } from '../src/xdr/mount.ts';
import { nfsV3Procedures } from '../src/xdr/nfs3.ts';
import { pmapVersProcedures, rpcbvers4Procedures, rpcbversProcedures } from '../src/xdr/portmap.ts';

export type AnyCodec = ProcedureCodec<unknown, unknown>;

const codecs = (table: object): AnyCodec[] => Object.values(table) as AnyCodec[];

/** Every procedure that has a codec, by program and version. */
export const TABLES: readonly { program: number; version: number; codecs: readonly AnyCodec[] }[] = [
  { program: 100_000, version: 2, codecs: codecs(pmapVersProcedures) },
  { program: 100_000, version: 3, codecs: codecs(rpcbversProcedures) },
  { program: 100_000, version: 4, codecs: codecs(rpcbvers4Procedures) },
  { program: 100_003, version: 3, codecs: codecs(nfsV3Procedures) },
  { program: 100_005, version: 3, codecs: codecs(mountV3Procedures) },
];
