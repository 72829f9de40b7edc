import { type Reader, WireError, type Writer } from '@polynas/core/wire';
import type { Codec } from '../messages/codec.ts';

/** FILE_NEED_EA: a client that does not know extended attributes must not open the file. */
export const FILE_NEED_EA = 0x80;

/** Entries begin at multiples of 4 (MS-FSCC 2.4). */
export const EA_ENTRY_UNIT = 4;

/** One entry, without NextEntryOffset, of FileFullEaInformation (MS-FSCC 2.4). */
export interface FileFullEaInformation {
  readonly flags: number;
  /** At most 255 characters of one byte. */
  readonly eaName: string;
  /** Empty removes the attribute. */
  readonly eaValue: Uint8Array;
}

export const fileFullEaInformation: Codec<FileFullEaInformation> = {
  read(r: Reader): FileFullEaInformation {
    const flags = r.u8();
    const nameLength = r.u8();
    const valueLength = r.u16le();
    const eaName = asciiName(r, nameLength);
    return { flags, eaName, eaValue: r.bytes(valueLength) };
  },
  write(w: Writer, value: FileFullEaInformation): void {
    w.u8(value.flags);
    w.u8(value.eaName.length);
    w.u16le(value.eaValue.length);
    w.bytes(Buffer.from(value.eaName, 'latin1'));
    w.u8(0);
    w.bytes(value.eaValue);
  },
};

/** One entry, without NextEntryOffset, of FILE_GET_EA_INFORMATION (MS-FSCC 2.4): a name asked for. */
export const fileGetEaInformation: Codec<string> = {
  read(r: Reader): string {
    return asciiName(r, r.u8());
  },
  write(w: Writer, name: string): void {
    w.u8(name.length);
    w.bytes(Buffer.from(name, 'latin1'));
    w.u8(0);
  },
};

function asciiName(r: Reader, length: number): string {
  const name = Buffer.from(r.bytes(length)).toString('latin1');
  if (r.u8() !== 0) throw new WireError('name of an extended attribute does not end with NUL');
  return name;
}
