import { Reader, WireError, Writer } from '../../wire/index.ts';
import type { ObjectChecksums } from '../../service/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { StoredMetadata } from './key-of-expiry.ts';

/** Fields that the stored records have in common. Integers are big-endian, texts UTF-8 with a length before. */

export function writeText(writer: Writer, text: string): void {
  const bytes = Buffer.from(text);
  if (bytes.length > 0xffff) throw new StorageError('tooLarge', 'a value of metadata');
  writer.u16(bytes.length);
  writer.bytes(bytes);
}

export function readText(reader: Reader): string {
  const bytes = reader.bytes(reader.u16());
  // Unlike a TextDecoder, this keeps a byte order mark.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}

function writePairs(writer: Writer, pairs: Readonly<Record<string, string>>): void {
  const entries = Object.entries(pairs);
  writer.u16(entries.length);
  for (const [name, value] of entries) {
    writeText(writer, name);
    writeText(writer, value);
  }
}

function readPairs(reader: Reader): Record<string, string> {
  const count = reader.u16();
  const entries: [string, string][] = [];
  for (let index = 0; index < count; index += 1) entries.push([readText(reader), readText(reader)]);
  // Not by assignment: a name may be `__proto__`.
  return Object.fromEntries(entries);
}

/** Among the headers, where no header can have this name: records from before there was one are read alike. */
const expiryName = ':expires';

export function writeMetadata(writer: Writer, { headers, user, expiresAt, expiresAs = '' }: StoredMetadata): void {
  const expiry = `${expiresAt} ${expiresAs}`.trimEnd();
  writePairs(writer, expiresAt === undefined ? headers : { ...headers, [expiryName]: expiry });
  writePairs(writer, user);
}

export function readMetadata(reader: Reader): StoredMetadata {
  const { [expiryName]: expiry, ...headers } = readPairs(reader);
  const user = readPairs(reader);
  if (expiry === undefined) return { headers, user };
  const [seconds, expiresAs] = expiry.split(' ');
  return { headers, user, expiresAt: Number(seconds), ...(expiresAs !== undefined && { expiresAs }) };
}

export function writeChecksums(writer: Writer, checksums: ObjectChecksums | undefined): void {
  writer.u8(checksums === undefined ? 0 : checksums.type === 'FULL_OBJECT' ? 1 : 2);
  if (checksums !== undefined) writePairs(writer, checksums.values);
}

export function readChecksums(reader: Reader): ObjectChecksums | undefined {
  const type = reader.u8();
  if (type === 0) return undefined;
  return { type: type === 1 ? 'FULL_OBJECT' : 'COMPOSITE', values: readPairs(reader) };
}

export function encode(version: number, write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer(512);
  writer.u8(version);
  write(writer);
  const { parts } = writer.finish();
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** `corrupt` for what we never wrote: a later version, or bytes that end early. */
export function decode<T>(bytes: Uint8Array, version: number, read: (reader: Reader) => T): T {
  const reader = new Reader(bytes);
  try {
    if (reader.u8() !== version) throw new StorageError('corrupt', 'a record of another version');
    return read(reader);
  } catch (error) {
    if (error instanceof WireError) throw new StorageError('corrupt', 'a record that ends early', { cause: error });
    throw error;
  }
}
