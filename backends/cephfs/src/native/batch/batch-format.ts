import { decodeStatx, statxBytes } from '../statx.ts';
import type { Statx } from '../mount-api.ts';

/**
 * Records that a batch thread answers, one behind another: i64 next, u32 errno (0: what follows is there), `struct ceph_statx`, u16 length and bytes of the name,
 * u16 number of xattrs, each u16 index among those asked for, u32 length, bytes. All little-endian.
 */
export interface BatchRecord {
  readonly next: bigint;
  readonly errno: number;
  readonly statx: Statx | undefined;
  readonly name: Uint8Array;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

const headBytes = 8 + 4 + statxBytes + 2;
const noXattrs: ReadonlyMap<string, Uint8Array> = new Map();

/** Writes records into memory that grows with them. */
export class BatchWriter {
  #bytes = Buffer.allocUnsafe(65_536);
  #at = 0;
  #count = 0;
  #recordAt = 0;
  #xattrsAt = 0;

  get size(): number {
    return this.#at;
  }

  get count(): number {
    return this.#count;
  }

  /** Begins a record. `statx` is copied. */
  record(next: bigint, errno: number, statx: Uint8Array, name: Uint8Array): void {
    this.#reserve(headBytes + name.length + 2);
    this.#recordAt = this.#at;
    this.#bytes.writeBigInt64LE(next, this.#at);
    this.#bytes.writeUInt32LE(errno, this.#at + 8);
    this.#bytes.set(statx.subarray(0, statxBytes), this.#at + 12);
    this.#bytes.writeUInt16LE(name.length, this.#at + 12 + statxBytes);
    this.#bytes.set(name, this.#at + headBytes);
    this.#xattrsAt = this.#at + headBytes + name.length;
    this.#bytes.writeUInt16LE(0, this.#xattrsAt);
    this.#at = this.#xattrsAt + 2;
    this.#count += 1;
  }

  /** Of the record that was begun last. */
  xattr(index: number, value: Uint8Array): void {
    this.#reserve(6 + value.length);
    this.#bytes.writeUInt16LE(this.#bytes.readUInt16LE(this.#xattrsAt) + 1, this.#xattrsAt);
    this.#bytes.writeUInt16LE(index, this.#at);
    this.#bytes.writeUInt32LE(value.length, this.#at + 2);
    this.#bytes.set(value, this.#at + 6);
    this.#at += 6 + value.length;
  }

  /** The record that was begun last is not worth anything (unless 0). */
  fail(errno: number): void {
    if (errno !== 0) this.#bytes.writeUInt32LE(errno, this.#recordAt + 8);
  }

  /** What was written, for the receiver to keep; nothing is written any more. */
  take(): ArrayBuffer {
    const taken = new Uint8Array(this.#at);
    taken.set(this.#bytes.subarray(0, this.#at));
    return taken.buffer;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + bytes));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}

/** Names and values are views of `records`. */
export function readBatch(records: ArrayBuffer, count: number, xattrs: readonly string[]): BatchRecord[] {
  const view = new DataView(records);
  const all: BatchRecord[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    const nameLength = view.getUint16(at + 12 + statxBytes, true);
    const name = new Uint8Array(records, at + headBytes, nameLength);
    const xattrsAt = at + headBytes + nameLength;
    const { values, end } = readXattrs(view, xattrsAt, xattrs);
    const errno = view.getUint32(at + 8, true);
    const statx = errno === 0 ? decodeStatx(view, at + 12) : undefined;
    all.push({ next: view.getBigInt64(at, true), errno, statx, name, xattrs: values });
    at = end;
  }
  return all;
}

function readXattrs(
  view: DataView,
  from: number,
  names: readonly string[],
): { readonly values: ReadonlyMap<string, Uint8Array>; readonly end: number } {
  const count = view.getUint16(from, true);
  let at = from + 2;
  if (count === 0) return { values: noXattrs, end: at };
  const values = new Map<string, Uint8Array>();
  for (let index = 0; index < count; index += 1) {
    const length = view.getUint32(at + 2, true);
    const name = names[view.getUint16(at, true)];
    if (name !== undefined) values.set(name, new Uint8Array(view.buffer, at + 6, length));
    at += 6 + length;
  }
  return { values, end: at };
}
