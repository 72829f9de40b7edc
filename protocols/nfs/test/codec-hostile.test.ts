import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Reader, WireError, Writer } from '@polynas/core/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAuthsysParms, decodeRpcMsg } from '../src/xdr/rpc.ts';
import { TABLES } from './procedures.ts';

type Decode = (r: Reader) => unknown;

interface Captured {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly part: string;
  readonly hex: string;
}

const captured = (
  JSON.parse(readFileSync(join(import.meta.dirname, 'vectors', 'captured.json'), 'utf8')) as Captured[]
).map((vector) => ({ ...vector, bytes: new Uint8Array(Buffer.from(vector.hex, 'hex')) }));

/** Small words are likely: lengths, booleans, enums. */
const word = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 9 }) },
  { weight: 1, arbitrary: fc.constantFrom(0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffc, 64, 65, 255, 1024, 1025) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffffffff }) },
);
const words = fc.array(word, { maxLength: 80, size: 'max' }).map((values) => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return new Uint8Array(bytes);
});
const hostile = fc.oneof(words, fc.uint8Array({ maxLength: 200, size: 'max' }));

/** Decodes or throws a WireError; anything else is a defect. */
function decodes(decode: Decode, bytes: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: decode(new Reader(bytes)) };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

const all = TABLES.flatMap(({ program, version, codecs }) =>
  codecs.flatMap((codec) => [
    { name: `${codec.name} args`, program, version, decode: codec.decodeArgs, encode: codec.encodeArgs },
    { name: `${codec.name} result`, program, version, decode: codec.decodeResult, encode: codec.encodeResult },
  ]),
);

describe('hostile bytes', () => {
  it.each(all)('$name: a value that comes back the same, or a WireError', ({ decode, encode }) => {
    fc.assert(
      fc.property(hostile, (bytes) => {
        const found = decodes(decode, bytes);
        if (found === undefined) return;
        const w = new Writer();
        try {
          encode(w, found.value);
        } catch (error) {
          // An offset beyond 2^53 is decoded, to be refused, and is never sent.
          if (error instanceof WireError && error.message.includes('is not a size')) return;
          throw error;
        }
        const again = decode(new Reader(Buffer.concat(w.finish().parts)));
        expect(again).toEqual(found.value);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['rpc_msg', decodeRpcMsg as Decode],
    ['authsys_parms', decodeAuthsysParms as Decode],
  ])('%s', (_name, decode) => {
    fc.assert(
      fc.property(hostile, (bytes) => void decodes(decode, bytes)),
      { numRuns: 500 },
    );
  });

  it('mutations and prefixes of what real peers sent', () => {
    const decoders = captured
      .filter(({ part }) => part !== 'credentials')
      .map(({ program, version, procedure, part, bytes }) => {
        const table = TABLES.find((candidate) => candidate.program === program && candidate.version === version)!;
        const codec = table.codecs.find((candidate) => candidate.number === procedure)!;
        return { bytes, decode: part === 'args' ? codec.decodeArgs : codec.decodeResult };
      });
    const change = fc.record({ at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(
        fc.constantFrom(...decoders),
        fc.array(change, { maxLength: 4 }),
        fc.nat(),
        ({ bytes, decode }, changes, cut) => {
          const mutated = bytes.slice();
          for (const { at, value } of changes) mutated[at % mutated.length] = value;
          decodes(decode, mutated);
          decodes(decode, mutated.subarray(0, cut % (mutated.length + 1)));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('a count that is not there is refused before anything is allocated', () => {
    const mnt = TABLES.flatMap(({ codecs }) => codecs).find((codec) => codec.name === 'MOUNTPROC3_MNT')!;
    const bytes = new Uint8Array(Buffer.from('00000000' + '00000000' + 'ffffffff' + '00000001', 'hex'));
    expect(() => mnt.decodeResult(new Reader(bytes))).toThrow(/count 4294967295 above the 4 bytes left/);
  });
});
