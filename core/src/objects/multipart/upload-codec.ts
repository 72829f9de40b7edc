import type { MultipartUpload, ObjectChecksums, ObjectInfo } from '../../service/index.ts';
import {
  decode,
  encode,
  readChecksums,
  readMetadata,
  readText,
  writeChecksums,
  writeMetadata,
  writeText,
} from '../record/fields.ts';

/** Records of uploads, as extended attributes of their directories and parts. */
const version = 1;

export type UploadRecord = Omit<MultipartUpload, 'id'>;

export function encodeUpload(upload: UploadRecord): Uint8Array {
  return encode(version, (writer) => {
    writeText(writer, upload.key);
    writer.i64(BigInt(upload.initiated.seconds));
    writer.u32(upload.initiated.nanoseconds);
    writer.u32(upload.ownerUid);
    writeMetadata(writer, upload.metadata);
    writer.u8(upload.checksum === undefined ? 0 : upload.checksum.type === 'FULL_OBJECT' ? 1 : 2);
    if (upload.checksum !== undefined) writeText(writer, upload.checksum.algorithm);
  });
}

export function decodeUpload(bytes: Uint8Array): UploadRecord {
  return decode(bytes, version, (reader) => {
    const key = readText(reader);
    const initiated = { seconds: Number(reader.i64()), nanoseconds: reader.u32() };
    const ownerUid = reader.u32();
    const metadata = readMetadata(reader);
    const type = reader.u8();
    if (type === 0) return { key, initiated, ownerUid, metadata };
    const checksum = {
      type: type === 1 ? ('FULL_OBJECT' as const) : ('COMPOSITE' as const),
      algorithm: readText(reader),
    };
    return { key, initiated, ownerUid, metadata, checksum };
  });
}

export interface PartRecord {
  /** 16 bytes. */
  readonly md5: Uint8Array;
  readonly checksums?: ObjectChecksums;
  /** Bytes of a part that lies in place in the upload's content; of any other its file tells. */
  readonly placed?: number;
}

export function encodePart(part: PartRecord): Uint8Array {
  return encode(version, (writer) => {
    writer.bytes(part.md5);
    writeChecksums(writer, part.checksums);
    if (part.placed !== undefined) writer.u64Number(part.placed);
  });
}

export function decodePart(bytes: Uint8Array): PartRecord {
  return decode(bytes, version, (reader) => {
    const md5 = Uint8Array.from(reader.bytes(16));
    const checksums = readChecksums(reader);
    const placed = reader.remaining === 0 ? undefined : reader.u64Number();
    return { md5, ...(checksums !== undefined && { checksums }), ...(placed !== undefined && { placed }) };
  });
}

/** What a completed upload is remembered by: enough to answer its completion again. */
export type CompletedRecord = Omit<ObjectInfo, 'metadata' | 'parts' | 'directory'>;

export function encodeCompleted(info: CompletedRecord): Uint8Array {
  return encode(version, (writer) => {
    writeText(writer, info.key);
    writeText(writer, info.etag);
    writer.u64Number(info.size);
    writer.i64(BigInt(info.modified.seconds));
    writer.u32(info.modified.nanoseconds);
    writeText(writer, info.file.toString(16));
    writer.u32(info.ownerUid);
    writeChecksums(writer, info.checksums);
  });
}

export function decodeCompleted(bytes: Uint8Array): CompletedRecord {
  return decode(bytes, version, (reader) => {
    const key = readText(reader);
    const etag = readText(reader);
    const size = reader.u64Number();
    const modified = { seconds: Number(reader.i64()), nanoseconds: reader.u32() };
    const file = BigInt(`0x${readText(reader)}`);
    const ownerUid = reader.u32();
    const checksums = readChecksums(reader);
    return { key, etag, size, modified, file, ownerUid, ...(checksums !== undefined && { checksums }) };
  });
}
