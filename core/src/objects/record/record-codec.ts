import type { ObjectChecksums } from '../../service/index.ts';
import type { Timestamp } from '../../spi/index.ts';
import {
  decode,
  encode,
  readChecksums,
  readMetadata,
  readText,
  writeChecksums,
  writeMetadata,
  writeText,
} from './fields.ts';
import type { StoredMetadata } from './key-of-expiry.ts';

/** What is known of an object beside its file. */
export interface ObjectRecord {
  /** Of the content that `etag`, `digest`, `checksums` and the parts are about; any other content makes those void. */
  readonly stamp: bigint;
  readonly size: number;
  /** `modified` of the file with that content, kept where the stamp is a change counter: one that two clients move at once may count both as one. */
  readonly modified?: Timestamp;
  /** Without quotes. Absent: nobody has asked yet. */
  readonly etag?: string;
  /** MD5 of the whole content, 16 bytes; unknown of multipart objects until they are read. */
  readonly digest?: Uint8Array;
  readonly checksums?: ObjectChecksums;
  readonly metadata: StoredMetadata;
  /** Parts of the multipart upload that it came by; 0 otherwise. */
  readonly parts: number;
}

const version = 1;
/** Where an encoded record has its stamp: eight bytes, big-endian. */
export const stampOffset = 1;

export function encodeRecord(record: ObjectRecord): Uint8Array {
  return encode(version, (writer) => {
    writer.u64(record.stamp);
    writer.u64Number(record.size);
    writeText(writer, record.etag ?? '');
    writer.u8(record.digest === undefined ? 0 : 1);
    if (record.digest !== undefined) writer.bytes(record.digest);
    writeChecksums(writer, record.checksums);
    writeMetadata(writer, record.metadata);
    writer.u32(record.parts);
    if (record.modified === undefined) return;
    writer.i64(BigInt(record.modified.seconds));
    writer.u32(record.modified.nanoseconds);
  });
}

/** `corrupt` for anything that `encodeRecord` did not write. */
export function decodeRecord(bytes: Uint8Array): ObjectRecord {
  return decode(bytes, version, (reader) => {
    const stamp = reader.u64();
    const size = reader.u64Number();
    const etag = readText(reader);
    const digest = reader.u8() === 1 ? Uint8Array.from(reader.bytes(16)) : undefined;
    const checksums = readChecksums(reader);
    const metadata = readMetadata(reader);
    const parts = reader.u32();
    // Behind what records had before there was one.
    const modified = reader.remaining === 0 ? undefined : { seconds: Number(reader.i64()), nanoseconds: reader.u32() };
    return {
      stamp,
      size,
      ...(etag !== '' && { etag }),
      ...(digest !== undefined && { digest }),
      ...(checksums !== undefined && { checksums }),
      metadata,
      parts,
      ...(modified !== undefined && { modified }),
    };
  });
}
