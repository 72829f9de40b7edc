import { Reader, WireError, type Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';
import { decode, encode } from '../whole.ts';

/** Names of create contexts (MS-SMB2 2.2.13.2), four characters each. */
export const CreateContextName = {
  EA_BUFFER: 'ExtA',
  SD_BUFFER: 'SecD',
  DURABLE_HANDLE_REQUEST: 'DHnQ',
  DURABLE_HANDLE_RECONNECT: 'DHnC',
  ALLOCATION_SIZE: 'AlSi',
  QUERY_MAXIMAL_ACCESS: 'MxAc',
  TIMEWARP_TOKEN: 'TWrp',
  QUERY_ON_DISK_ID: 'QFid',
  REQUEST_LEASE: 'RqLs',
  DURABLE_HANDLE_REQUEST_V2: 'DH2Q',
  DURABLE_HANDLE_RECONNECT_V2: 'DH2C',
} as const;

/** SMB2_CREATE_CONTEXT (MS-SMB2 2.2.13.2): `data` is decoded by the codec of its name. */
export interface CreateContext {
  /** One character per byte (Latin-1): some names are GUIDs. */
  readonly name: string;
  readonly data: Uint8Array;
}

const FIXED = 16;

/** Reads the chain that fills `bytes`: each context at a multiple of 8, its parts within it, each behind the one before. */
export function readCreateContexts(bytes: Uint8Array): readonly CreateContext[] {
  if (bytes.length === 0) return [];
  const r = new Reader(bytes);
  const contexts: CreateContext[] = [];
  for (let start = 0; ;) {
    r.frame(start, bytes.length);
    const next = r.u32le();
    if (next !== 0 && (next % 8 !== 0 || next < FIXED)) throw new WireError(`Next ${next} in a create context`);
    const end = next === 0 ? bytes.length : start + next;
    const nameOffset = r.u16le();
    const nameLength = r.u16le();
    r.skip(2);
    const dataOffset = r.u16le();
    const dataLength = r.u32le();
    r.frame(start, end);
    if (nameLength < 4 || nameOffset < FIXED) throw new WireError('name of a create context');
    if (dataLength > 0 && dataOffset < nameOffset + nameLength) throw new WireError('data of a create context');
    const name = Buffer.from(r.seek(nameOffset).bytes(nameLength)).toString('latin1');
    contexts.push({ name, data: dataLength === 0 ? bytes.subarray(0, 0) : r.seek(dataOffset).bytes(dataLength) });
    if (next === 0) return contexts;
    start = end;
  }
}

/** The Writer stands at a multiple of 8 from the header. */
export function writeCreateContexts(w: Writer, contexts: readonly CreateContext[]): void {
  const from = w.length;
  for (const [index, context] of contexts.entries()) {
    const start = w.length;
    const next = w.reserve(4);
    w.u16le(FIXED);
    w.u16le(context.name.length);
    w.zeros(2);
    const dataOffset = w.reserve(2);
    w.u32le(context.data.length);
    w.bytes(Buffer.from(context.name, 'latin1'));
    // 2.2.13.2: the data begins at a multiple of 8.
    if (context.data.length > 0 || index < contexts.length - 1) w.align(8, from);
    if (context.data.length > 0) w.patchU16le(dataOffset, w.length - start);
    w.bytes(context.data);
    if (index === contexts.length - 1) continue;
    w.align(8, from);
    w.patchU32le(next, w.length - start);
  }
}

/** The first context of a name, `undefined` when there is none. */
export function findCreateContext(contexts: readonly CreateContext[], name: string): CreateContext | undefined {
  return contexts.find((context) => context.name === name);
}

/** The decoded data of the first context of a name, `undefined` when there is none. */
export function findCreateContextData<T>(
  contexts: readonly CreateContext[],
  name: string,
  codec: Codec<T>,
): T | undefined {
  const found = findCreateContext(contexts, name);
  return found === undefined ? undefined : decode(codec, found.data);
}

export function createContext<T>(name: string, codec: Codec<T>, value: T): CreateContext {
  return { name, data: encode(codec, value) };
}
