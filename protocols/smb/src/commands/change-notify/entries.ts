import type { ChangeEvent, FileId, Name } from '@polynas/core/service';
import { NotifyAction } from '../../information/notify.ts';
import { CompletionFilter } from '../../messages/change-notify.ts';

/** One line of FILE_NOTIFY_INFORMATION before it is known whether it lies below the watched directory. */
export interface NotifyEntry {
  readonly action: number;
  readonly directory: FileId;
  readonly name: Name;
}

const c = CompletionFilter;

/** What a change of content moves, and a change of what is known of a file may be: events do not say more. */
const CONTENT = c.SIZE | c.LAST_WRITE | c.STREAM_SIZE | c.STREAM_WRITE;
const KNOWN = c.ATTRIBUTES | c.LAST_WRITE | c.LAST_ACCESS | c.CREATION | c.EA | c.SECURITY | c.STREAM_NAME;

/** The bits of CompletionFilter (MS-SMB2 2.2.35) that ask for the event. */
export function filterOf({ kind, isDirectory }: ChangeEvent): number {
  switch (kind) {
    case 'created':
    case 'removed':
    case 'renamed':
      return isDirectory ? c.DIR_NAME : c.FILE_NAME;
    case 'written':
      return CONTENT;
    case 'attributes':
      return KNOWN;
  }
}

/** An event as entries (MS-FSCC 2.7), in order. Nothing where the event names no place: the change was made through an id alone. */
export function entriesOf(event: ChangeEvent): readonly NotifyEntry[] {
  const { kind, directory, name } = event;
  if (directory === undefined || name === undefined) return [];
  const at = { directory, name };
  switch (kind) {
    case 'created':
      return [{ action: NotifyAction.ADDED, ...at }];
    case 'removed':
      return [{ action: NotifyAction.REMOVED, ...at }];
    case 'written':
    case 'attributes':
      return [{ action: NotifyAction.MODIFIED, ...at }];
    case 'renamed':
      return renamed(at, event);
  }
}

/** A name that moves to another directory is removed there and added here, as Windows tells it. */
function renamed(
  at: { readonly directory: FileId; readonly name: Name },
  { toDirectory, toName }: ChangeEvent,
): readonly NotifyEntry[] {
  const from = { action: NotifyAction.RENAMED_OLD_NAME, ...at };
  if (toDirectory === undefined || toName === undefined) return [{ ...from, action: NotifyAction.REMOVED }];
  const to = { action: NotifyAction.RENAMED_NEW_NAME, directory: toDirectory, name: toName };
  if (toDirectory === at.directory) return [from, to];
  return [
    { ...from, action: NotifyAction.REMOVED },
    { ...to, action: NotifyAction.ADDED },
  ];
}
