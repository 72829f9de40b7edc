import type { ObjectChecksums, ObjectPart } from '../../service/index.ts';
import type { Reader, Writer } from '../../wire/index.ts';
import { decode, encode, readText, writeText } from './fields.ts';

/**
 * The parts of a multipart object, as much of them as there is room for in an extended attribute: numbers and sizes (as runs), then each
 * part's checksum, then its MD5 and time. 64 KiB hold about 1,000 parts with everything, 2,000 with SHA-256, 16,000 with CRC32.
 */
const version = 1;

interface Detail {
  readonly etags: boolean;
  readonly checksums: boolean;
}

interface ChecksumColumn {
  readonly type: ObjectChecksums['type'];
  readonly algorithm: string;
  /** Bytes of each value. */
  readonly width: number;
}

/** `undefined` when not even the sizes fit into `room` bytes. */
export function encodeParts(parts: readonly ObjectPart[], room: number): Uint8Array | undefined {
  // The parts of a composed object may be ranges of others, which nobody has hashed.
  const etags = parts.every(({ etag }) => etag !== '');
  const details: readonly Detail[] = [
    { etags, checksums: true },
    { etags: false, checksums: true },
    { etags: false, checksums: false },
  ];
  for (const detail of details) {
    const bytes = encodeWith(parts, detail);
    if (bytes.length <= room) return bytes;
  }
  return undefined;
}

function encodeWith(parts: readonly ObjectPart[], detail: Detail): Uint8Array {
  return encode(version, (writer) => {
    writeRuns(writer, parts);
    const column = detail.checksums ? columnOf(parts) : undefined;
    writer.u8(column === undefined ? 0 : column.type === 'FULL_OBJECT' ? 1 : 2);
    if (column !== undefined) {
      writeText(writer, column.algorithm);
      writer.u8(column.width);
      for (const part of parts) writer.bytes(Buffer.from(part.checksums!.values[column.algorithm]!, 'base64'));
    }
    writer.u8(detail.etags ? 1 : 0);
    if (!detail.etags) return;
    for (const part of parts) {
      writer.bytes(Buffer.from(part.etag.padStart(32, '0'), 'hex'));
      writer.i64(BigInt(part.modified.seconds));
      writer.u32(part.modified.nanoseconds);
    }
  });
}

export function decodeParts(bytes: Uint8Array): ObjectPart[] {
  return decode(bytes, version, (reader) => {
    const runs = readRuns(reader);
    const checksums = readColumn(reader, runs.length);
    const detailed = reader.u8() === 1;
    return runs.map((run, index) => {
      const etag = detailed ? Buffer.from(reader.bytes(16)).toString('hex') : '';
      const modified = detailed
        ? { seconds: Number(reader.i64()), nanoseconds: reader.u32() }
        : { seconds: 0, nanoseconds: 0 };
      return { ...run, etag, modified, ...(checksums !== undefined && { checksums: checksums[index]! }) };
    });
  });
}

type Sized = Pick<ObjectPart, 'number' | 'size'>;

function writeRuns(writer: Writer, parts: readonly Sized[]): void {
  const runs: { number: number; size: number; count: number }[] = [];
  for (const { number, size } of parts) {
    const run = runs.at(-1);
    if (run !== undefined && run.size === size && run.number + run.count === number) run.count += 1;
    else runs.push({ number, size, count: 1 });
  }
  writer.u16(runs.length);
  for (const run of runs) {
    writer.u16(run.number);
    writer.u16(run.count);
    writer.u64Number(run.size);
  }
}

function readRuns(reader: Reader): Sized[] {
  const parts: Sized[] = [];
  const runs = reader.u16();
  for (let index = 0; index < runs; index += 1) {
    const first = reader.u16();
    const count = reader.u16();
    const size = reader.u64Number();
    for (let at = 0; at < count; at += 1) parts.push({ number: first + at, size });
  }
  return parts;
}

/** All parts have the same one checksum, or the column is left out. */
function columnOf(parts: readonly ObjectPart[]): ChecksumColumn | undefined {
  const first = parts[0]?.checksums;
  const algorithm = first && Object.keys(first.values)[0];
  if (first === undefined || algorithm === undefined) return undefined;
  const width = Buffer.from(first.values[algorithm]!, 'base64').length;
  const alike = parts.every(({ checksums }) => {
    const value = checksums?.values[algorithm];
    return checksums?.type === first.type && value !== undefined && Buffer.from(value, 'base64').length === width;
  });
  return alike ? { type: first.type, algorithm, width } : undefined;
}

function readColumn(reader: Reader, count: number): ObjectChecksums[] | undefined {
  const kind = reader.u8();
  if (kind === 0) return undefined;
  const type = kind === 1 ? 'FULL_OBJECT' : 'COMPOSITE';
  const algorithm = readText(reader);
  const width = reader.u8();
  return Array.from({ length: count }, () => ({
    type,
    values: { [algorithm]: Buffer.from(reader.bytes(width)).toString('base64') },
  }));
}
