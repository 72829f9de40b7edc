import type { Observable } from 'rxjs';
import type { FileId, Name } from '../spi/index.ts';
import type { DoorName } from './caller.ts';
import type { ShareId } from './shares.ts';

/** One change, from whichever door, told after it was done and before its answer is sent. */
export interface ChangeEvent {
  readonly share: ShareId;
  readonly kind: 'created' | 'removed' | 'renamed' | 'written' | 'attributes';
  readonly file: FileId;
  readonly isDirectory: boolean;
  /**
   * Where the name is (was), and the file's own name: always for `created`, `removed` and `renamed`. Of what was written or set, the name that it came by; through a file id alone, one that
   * the file was lately found by, where there is one.
   */
  readonly directory?: FileId;
  readonly name?: Name;
  /** The new place of a rename. What lost its name to it was `removed` before. */
  readonly toDirectory?: FileId;
  readonly toName?: Name;
  readonly door: DoorName | 'internal';
  readonly client: string;
  readonly principal: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface EventService {
  /** Hot and unbuffered: what happens from subscription on. */
  readonly changes: Observable<ChangeEvent>;
}
