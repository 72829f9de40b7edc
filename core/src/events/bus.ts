import type { Observable } from 'rxjs';
import { Subject } from 'rxjs';
import type { ChangeEvent, EventService, ShareId } from '../service/index.ts';

/** Changes from every door to whoever listens. A listener that throws is its own misfortune, not the change's. */
export class EventBus implements EventService {
  readonly #subject = new Subject<ChangeEvent>();
  readonly changes: Observable<ChangeEvent> = this.#subject.asObservable();

  /** Of the shares that there are: {@link keepOnly}. */
  readonly #counts = new Map<ShareId, number>();

  /** Nobody builds an event that nobody hears. */
  get heard(): boolean {
    return this.#subject.observed;
  }

  /** Changes of a share so far, by this head and since its start; of those alone that differ it may be said that something has changed. */
  changesOf(share: ShareId): number {
    return this.#counts.get(share) ?? 0;
  }

  /** For each change when it is done, whether somebody hears of it or not. */
  count(share: ShareId): void {
    this.#counts.set(share, this.changesOf(share) + 1);
  }

  /** Forgets the counts of all other shares: their ids are never used again. */
  keepOnly(shares: ReadonlySet<ShareId>): void {
    for (const share of this.#counts.keys()) if (!shares.has(share)) this.#counts.delete(share);
  }

  emit(event: ChangeEvent): void {
    this.#subject.next(event);
  }

  close(): void {
    this.#subject.complete();
  }
}
