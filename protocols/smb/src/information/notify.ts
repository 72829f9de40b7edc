import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../messages/codec.ts';

/** Action (MS-FSCC 2.7). */
export const NotifyAction = {
  ADDED: 1,
  REMOVED: 2,
  MODIFIED: 3,
  RENAMED_OLD_NAME: 4,
  RENAMED_NEW_NAME: 5,
  ADDED_STREAM: 6,
  REMOVED_STREAM: 7,
  MODIFIED_STREAM: 8,
} as const;

/** Entries begin at multiples of 4. */
export const NOTIFY_ENTRY_UNIT = 4;

/** One entry, without NextEntryOffset, of FILE_NOTIFY_INFORMATION (MS-FSCC 2.7). */
export interface FileNotifyInformation {
  readonly action: number;
  /** From the watched directory, with `\` between components. */
  readonly fileName: string;
}

export const fileNotifyInformation: Codec<FileNotifyInformation> = {
  read(r: Reader): FileNotifyInformation {
    const action = r.u32le();
    return { action, fileName: r.utf16le(r.u32le()) };
  },
  write(w: Writer, value: FileNotifyInformation): void {
    w.u32le(value.action);
    w.u32le(value.fileName.length * 2);
    w.utf16le(value.fileName);
  },
};
