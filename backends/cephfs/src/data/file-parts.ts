import type { VolumeContext } from '../context.ts';
import type { Backlog } from './backlog.ts';
import type { OpenFile } from './open-file.ts';
import type { UncountedWrites } from './uncounted-writes.ts';
import type { UnsyncedWrites } from './unsynced-writes.ts';

/** What calls on a file's content work with. */
export interface FileParts {
  readonly context: VolumeContext;
  readonly unsynced: UnsyncedWrites;
  readonly uncounted: UncountedWrites;
  readonly backlog: Backlog;
  readonly file: OpenFile;
}
