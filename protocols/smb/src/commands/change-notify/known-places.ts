import type { ChangeEvent, FileId } from '@polynas/core/service';

/** Files whose place is remembered, at the most. */
const MAX_PLACES = 512;

type Place = Required<Pick<ChangeEvent, 'directory' | 'name'>>;

/**
 * Where files are that events spoke of. NFS writes to a file by its number, and such an event has no name: a file that was made, moved or written by
 * name before is known again.
 */
export class KnownPlaces {
  private readonly places = new Map<FileId, Place>();

  /** The event with a place, where it has one or the file has been heard of. */
  complete(event: ChangeEvent): ChangeEvent {
    const { file, kind, directory, name } = event;
    if (directory === undefined || name === undefined) {
      const known = kind === 'written' || kind === 'attributes' ? this.places.get(file) : undefined;
      return known === undefined ? event : { ...event, ...known };
    }
    this.places.delete(file);
    if (kind === 'removed') return event;
    const moved = kind === 'renamed' && event.toDirectory !== undefined && event.toName !== undefined;
    this.places.set(file, moved ? { directory: event.toDirectory, name: event.toName } : { directory, name });
    if (this.places.size > MAX_PLACES) this.places.delete(this.places.keys().next().value!);
    return event;
  }
}
