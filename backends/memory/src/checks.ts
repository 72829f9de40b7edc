import {
  StorageError,
  type AttributeChanges,
  type Name,
  type RecordChange,
  type Timestamp,
  type VolumeTraits,
} from '@polynas/core/spi';

function isCount(value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= max;
}

/** Throws `invalid` unless each value is a safe integer from 0 on. */
export function checkCounts(...values: readonly number[]): void {
  for (const value of values) {
    if (!isCount(value, Number.MAX_SAFE_INTEGER))
      throw new StorageError('invalid', `${value} is no offset, size or length`);
  }
}

/** The end of a range that a file would be grown to; `tooLarge` past the limit. */
export function checkedEnd(offset: number, length: number, traits: VolumeTraits): number {
  checkCounts(offset, length);
  if (offset + length > traits.maxFileSize) throw new StorageError('tooLarge');
  return offset + length;
}

export function checkName(name: Name, traits: VolumeTraits): void {
  if (name.length === 0 || name.includes(0x2f) || name.includes(0)) throw new StorageError('badName');
  if (name.length <= 2 && name.every((byte) => byte === 0x2e)) throw new StorageError('badName');
  if (name.length > traits.maxNameBytes) throw new StorageError('nameTooLong');
}

/** For whoever changes what a name means. */
export function checkChangedName(name: Name, traits: VolumeTraits): void {
  checkName(name, traits);
  if (traits.reservedNames?.includes(Buffer.from(name).toString('latin1')) === true) {
    throw new StorageError('badName', 'a reserved name');
  }
}

export function checkXattrName(name: string): void {
  if (!/^(user|trusted)\../su.test(name) || name.includes('\0')) throw new StorageError('badName', `xattr ${name}`);
  if (Buffer.byteLength(name) > 255) throw new StorageError('nameTooLong');
}

/** All extended attributes of one file as they shall be: `tooLarge` for one, `noSpace` for all. */
export function checkXattrs(xattrs: ReadonlyMap<string, Uint8Array>, traits: VolumeTraits): void {
  let total = 0;
  for (const [name, value] of xattrs) {
    checkXattrName(name);
    if (value.length > traits.maxXattrBytes) throw new StorageError('tooLarge');
    total += value.length;
  }
  if (total > traits.maxXattrTotalBytes) throw new StorageError('noSpace');
}

function checkTime(time: Timestamp | 'now' | undefined): void {
  if (time === undefined || time === 'now') return;
  if (!Number.isSafeInteger(time.seconds) || !isCount(time.nanoseconds, 999_999_999))
    throw new StorageError('invalid', 'time');
}

type LooseChanges = { readonly [Key in keyof AttributeChanges]?: AttributeChanges[Key] | undefined };

/** Of new files too: a `NewFile` has these properties. */
export function checkAttributes(changes: LooseChanges, traits: VolumeTraits): void {
  if (changes.mode !== undefined && !isCount(changes.mode, 0o7777)) throw new StorageError('invalid', 'mode');
  for (const number of [changes.uid, changes.gid, changes.dosBits]) {
    if (number !== undefined && !isCount(number, 0xffff_ffff))
      throw new StorageError('invalid', 'uid, gid or DOS bits');
  }
  for (const time of [changes.accessed, changes.modified, changes.born]) checkTime(time);
  if (changes.size !== undefined) checkedEnd(changes.size, 0, traits);
}

export function checkRecords(changes: readonly RecordChange[]): void {
  for (const { key, value } of changes) {
    if (key.length === 0) throw new StorageError('invalid', 'a record key is empty');
    if (key.length > 400) throw new StorageError('nameTooLong', 'a record key has at most 400 bytes');
    if (value !== undefined && value.length > 65_536) throw new StorageError('tooLarge', 'a record has at most 64 KiB');
  }
}
