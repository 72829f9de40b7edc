import type { Observable } from 'rxjs';
import { Subject } from 'rxjs';
import type { ChangeEvent, EventService } from '../service/index.ts';

/** Changes from every door to whoever listens. A listener that throws is its own misfortune, not the change's. */
export class EventBus implements EventService {
  readonly #subject = new Subject<ChangeEvent>();
  readonly changes: Observable<ChangeEvent> = this.#subject.asObservable();

  /** Nobody builds an event that nobody hears. */
  get heard(): boolean {
    return this.#subject.observed;
  }

  emit(event: ChangeEvent): void {
    this.#subject.next(event);
  }

  close(): void {
    this.#subject.complete();
  }
}
