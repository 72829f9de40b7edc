import { StorageError } from '@polynas/core/spi';
import type { Timestamp } from '@polynas/core/spi';

/**
 * What CephFS has no place for, kept in one extended attribute of the file that callers do not see: DOS bits, the verifier of an exclusive
 * creation, times that its 32-bit seconds cannot hold, and a symbolic link's target that a C string cannot hold.
 */
export interface OwnRecord {
  readonly dosBits: number;
  readonly verifier?: bigint;
  /** Good while the file's own time is what `storedTime` made of this one: others (and writes) set that. */
  readonly accessed?: Timestamp;
  readonly modified?: Timestamp;
  readonly born?: Timestamp;
  readonly target?: Uint8Array;
}

/** Reserved: callers neither see nor touch it. Not below `trusted.polynas.`, which is core's. */
export const ownXattr = 'trusted.polynas-cephfs';
/** Bytes that it takes of a file's room for extended attributes at most, but for a symbolic link's target. */
export const ownXattrBytes = ownXattr.length + 64;

export const noRecord: OwnRecord = Object.freeze({ dosBits: 0 });

const version = 1;
const times = ['accessed', 'modified', 'born'] as const;
const flags = { verifier: 1, accessed: 2, modified: 4, born: 8, target: 16 } as const;
const headBytes = 6;

/** `undefined` when there is nothing to keep: then the attribute is not there. */
export function encodeOwnRecord(record: OwnRecord): Uint8Array | undefined {
  const bytes = Buffer.alloc(headBytes + 8 + times.length * 12 + (record.target?.length ?? 0));
  let at = headBytes;
  let present = 0;
  if (record.verifier !== undefined) {
    present |= flags.verifier;
    at = bytes.writeBigUInt64BE(record.verifier, at);
  }
  for (const name of times) {
    const time = record[name];
    if (time === undefined) continue;
    present |= flags[name];
    at = bytes.writeBigInt64BE(BigInt(time.seconds), at);
    at = bytes.writeUInt32BE(time.nanoseconds, at);
  }
  if (record.target !== undefined) {
    present |= flags.target;
    bytes.set(record.target, at);
    at += record.target.length;
  }
  if (present === 0 && record.dosBits === 0) return undefined;
  bytes[0] = version;
  bytes[1] = present;
  bytes.writeUInt32BE(record.dosBits, 2);
  return new Uint8Array(bytes.subarray(0, at));
}

/** Throws `corrupt` for bytes that are no record. */
export function decodeOwnRecord(value: Uint8Array | undefined): OwnRecord {
  if (value === undefined) return noRecord;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (bytes.length < headBytes || bytes[0] !== version) throw new StorageError('corrupt', `${ownXattr} is no record`);
  const present = bytes[1] ?? 0;
  const timesPresent = times.filter((name) => (present & flags[name]) !== 0);
  const fixed = headBytes + ((present & flags.verifier) === 0 ? 0 : 8) + timesPresent.length * 12;
  const hasTarget = (present & flags.target) !== 0;
  if (bytes.length < fixed || (bytes.length > fixed && !hasTarget)) {
    throw new StorageError('corrupt', `${ownXattr} has ${bytes.length} bytes`);
  }
  let at = headBytes;
  const record: { -readonly [Key in keyof OwnRecord]: OwnRecord[Key] } = { dosBits: bytes.readUInt32BE(2) };
  if ((present & flags.verifier) !== 0) {
    record.verifier = bytes.readBigUInt64BE(at);
    at += 8;
  }
  for (const name of timesPresent) {
    record[name] = { seconds: Number(bytes.readBigInt64BE(at)), nanoseconds: bytes.readUInt32BE(at + 8) };
    at += 12;
  }
  if (hasTarget) record.target = new Uint8Array(bytes.subarray(at));
  return record;
}
