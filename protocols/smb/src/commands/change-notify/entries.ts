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
/** What Windows tells of a file that got another name to those who do not ask for names. */
const BY_RENAME = c.ATTRIBUTES | c.CREATION;

/**
 * An event as entries (MS-FSCC 2.7), in order, as far as `wanted` (bits of CompletionFilter) asks for them. Nothing where the event names no place: the change was made through an id alone.
 */
export function entriesOf(event: ChangeEvent, wanted: number): readonly NotifyEntry[] {
  const { kind, directory, name, isDirectory } = event;
  if (directory === undefined || name === undefined) return [];
  const at = { directory, name };
  const named = (wanted & (isDirectory ? c.DIR_NAME : c.FILE_NAME)) !== 0;
  switch (kind) {
    case 'created':
      return named ? [{ action: NotifyAction.ADDED, ...at }] : [];
    case 'removed':
      return named ? [{ action: NotifyAction.REMOVED, ...at }] : [];
    case 'written':
      return (wanted & CONTENT) === 0 ? [] : [{ action: NotifyAction.MODIFIED, ...at }];
    case 'attributes':
      return (wanted & KNOWN) === 0 ? [] : [{ action: NotifyAction.MODIFIED, ...at }];
    case 'renamed':
      if (named) return renamed(at, event);
      return isDirectory || (wanted & BY_RENAME) === 0 ? [] : modifiedByRename(event);
  }
}

/** A name that moves to another directory is removed there and added here, as Windows tells it. */
function renamed(
  at: { readonly directory: FileId; readonly name: Name },
  { toDirectory, toName }: ChangeEvent,
): readonly NotifyEntry[] {
  if (toDirectory === undefined || toName === undefined) return [{ ...at, action: NotifyAction.REMOVED }];
  const to = { directory: toDirectory, name: toName };
  const within = toDirectory === at.directory;
  return [
    { ...at, action: within ? NotifyAction.RENAMED_OLD_NAME : NotifyAction.REMOVED },
    { ...to, action: within ? NotifyAction.RENAMED_NEW_NAME : NotifyAction.ADDED },
  ];
}

function modifiedByRename({ toDirectory, toName }: ChangeEvent): readonly NotifyEntry[] {
  if (toDirectory === undefined || toName === undefined) return [];
  return [{ action: NotifyAction.MODIFIED, directory: toDirectory, name: toName }];
}
