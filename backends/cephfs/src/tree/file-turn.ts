import type { FileId } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import type { Stay } from './rooms.ts';

/** Alone on a file, over the mounts that a change of it meets. */
export class FileTurn {
  readonly #locks: VolumeContext['locks'];
  readonly #id: FileId;
  #stay: Stay | undefined;

  constructor({ locks }: VolumeContext, id: FileId) {
    this.#locks = locks;
    this.#id = id;
  }

  get inside(): boolean {
    return this.#stay !== undefined;
  }

  async enter(): Promise<void> {
    this.#stay ??= await this.#locks.files.enter(this.#id);
  }

  leave(): void {
    this.#stay?.leave();
    this.#stay = undefined;
  }
}
