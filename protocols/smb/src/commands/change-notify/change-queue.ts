import type { ChangeEvent, EventService } from '@polynas/core/service';
import type { FileNotifyInformation } from '../../information/notify.ts';
import { textOfName } from '../../names/name-text.ts';
import { entriesOf, type NotifyEntry } from './entries.ts';
import { KnownPaths, type PathBelow } from './known-paths.ts';
import { KnownPlaces } from './known-places.ts';

export interface ChangeQueueParts {
  readonly events: Pick<EventService, 'changes'>;
  readonly share: number;
  readonly directory: bigint;
  /** Also what happens below sub-directories. */
  readonly tree: boolean;
  /** Bits of CompletionFilter. */
  readonly filter: number;
  /** Bytes of entries that are kept while nobody asks. */
  readonly capacity: number;
  /** The path from the watched directory down to another one; `undefined` when that does not lie below it. */
  pathTo(directory: bigint): Promise<PathBelow>;
  /** Nothing will come any more. */
  over(): void;
}

/** Why changes cannot be listed: too many came, or the directory is gone, or its open is closed. */
export type QueueEnd = 'overflow' | 'deleted' | 'closed';

/** Events whose place is being looked for, at the most. */
const MAX_UNPLACED = 1024;
/** NextEntryOffset, Action, FileNameLength. */
const ENTRY_BYTES = 12;

/**
 * What happens in a directory from its first CHANGE_NOTIFY on (MS-FSA 2.1.4.1): one subscription, in the order of the events, whether somebody waits or not. What is kept
 * between requests is bounded; beyond that the client is told to list the directory anew.
 */
export class ChangeQueue {
  private readonly parts: ChangeQueueParts;
  private readonly subscription: { unsubscribe(): void };
  private entries: FileNotifyInformation[] = [];
  private bytes = 0;
  private overflowed = false;
  private end: 'deleted' | 'closed' | undefined;
  private unplaced = 0;
  private readonly places = new KnownPlaces();
  private readonly paths: KnownPaths;
  private placing: Promise<void> = Promise.resolve();
  private waiters: (() => void)[] = [];

  constructor(parts: ChangeQueueParts) {
    this.parts = parts;
    this.paths = new KnownPaths(parts.directory, (directory) => parts.pathTo(directory));
    this.subscription = parts.events.changes.subscribe((event) => this.hear(event));
  }

  /** All that came since the last time, or why it cannot be told; `undefined` when nothing did. */
  take(): readonly FileNotifyInformation[] | QueueEnd | undefined {
    if (this.end !== undefined) return this.end;
    const { entries, overflowed } = this;
    this.entries = [];
    this.bytes = 0;
    this.overflowed = false;
    if (overflowed) return 'overflow';
    return entries.length > 0 ? entries : undefined;
  }

  /** Resolves when there may be something to take. The first to wait is the first to be woken; rejected with the signal's reason. */
  wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => {
      this.waiters = this.waiters.filter((waiter) => waiter !== wake);
      reject(signal.reason as Error);
    };
    const wake = (): void => {
      signal.removeEventListener('abort', abort);
      resolve();
    };
    signal.addEventListener('abort', abort, { once: true });
    this.waiters.push(wake);
    return promise;
  }

  /** Nothing will come any more. */
  get isOver(): boolean {
    return this.end !== undefined;
  }

  /** The directory is about to go. */
  deletePending(): void {
    this.inOrder(() => this.finish('deleted'));
  }

  /** The open is closed: who waits is told. */
  close(): void {
    this.finish('closed');
  }

  private hear(heard: ChangeEvent): void {
    const { share, directory, filter, tree } = this.parts;
    if (heard.share !== share) return;
    const event = this.places.complete(heard);
    if (event.kind === 'removed' && event.file === directory) {
      this.deletePending();
      return;
    }
    if (event.isDirectory && (event.kind === 'renamed' || event.kind === 'removed')) this.paths.forget();
    const entries = entriesOf(event, filter).filter((entry) => tree || entry.directory === directory);
    if (entries.length > 0) this.place(entries);
  }

  /** Finds the paths of entries, which may take a moment, without letting later ones pass. */
  private place(entries: readonly NotifyEntry[]): void {
    const { paths } = this;
    if (this.unplaced === 0 && entries.every(({ directory }) => paths.has(directory))) {
      for (const entry of entries) this.add(entry, paths.get(entry.directory));
      return;
    }
    if (this.unplaced >= MAX_UNPLACED) {
      this.overflow();
      return;
    }
    this.inOrder(async () => {
      for (const entry of entries) this.add(entry, await paths.find(entry.directory));
    });
  }

  private inOrder(work: () => void | Promise<void>): void {
    this.unplaced += 1;
    this.placing = this.placing
      .then(work)
      // A place that cannot be found: the client shall look for itself.
      .catch(() => this.overflow())
      .finally(() => {
        this.unplaced -= 1;
      });
  }

  private add({ action, name }: NotifyEntry, path: PathBelow): void {
    if (path === undefined || this.end !== undefined || this.overflowed) return;
    const fileName = [...path, name].map(textOfName).join('\\');
    const last = this.entries.at(-1);
    // The same again tells nothing new.
    if (last?.action === action && last.fileName === fileName) return;
    this.bytes += (ENTRY_BYTES + fileName.length * 2 + 3) & ~3;
    if (this.bytes > this.parts.capacity) {
      this.overflow();
      return;
    }
    this.entries.push({ action, fileName });
    this.wake();
  }

  private overflow(): void {
    if (this.end !== undefined) return;
    this.entries = [];
    this.bytes = 0;
    this.overflowed = true;
    this.wake();
  }

  private finish(end: 'deleted' | 'closed'): void {
    if (this.end !== undefined) return;
    this.end = end;
    this.entries = [];
    this.subscription.unsubscribe();
    this.parts.over();
    while (this.waiters.length > 0) this.wake();
  }

  private wake(): void {
    this.waiters.shift()?.();
  }
}
