import type { FileId, Name } from '@polynas/core/service';

/** Directories whose path is remembered, at the most. */
const MAX_PATHS = 256;

/** From the watched directory down; `undefined` for what does not lie below it. */
export type PathBelow = readonly Name[] | undefined;

/** Paths of the directories in which something happens, so that a thousand files in one of them are one question. */
export class KnownPaths {
  private readonly ask: (directory: FileId) => Promise<PathBelow>;
  private readonly paths = new Map<FileId, PathBelow>();
  private readonly top: FileId;
  /** Counts how often all was forgotten: an answer from before is not kept. */
  private forgotten = 0;

  constructor(top: FileId, ask: (directory: FileId) => Promise<PathBelow>) {
    this.top = top;
    this.ask = ask;
    this.forget();
  }

  /** Whether `get` answers without asking. */
  has(directory: FileId): boolean {
    return this.paths.has(directory);
  }

  get(directory: FileId): PathBelow {
    return this.paths.get(directory);
  }

  async find(directory: FileId): Promise<PathBelow> {
    if (this.paths.has(directory)) return this.paths.get(directory);
    const { forgotten } = this;
    const path = await this.ask(directory);
    if (forgotten !== this.forgotten) return path;
    if (this.paths.size >= MAX_PATHS) this.forget();
    this.paths.set(directory, path);
    return path;
  }

  /** A directory got another place: any path may be another one. */
  forget(): void {
    this.forgotten += 1;
    this.paths.clear();
    this.paths.set(this.top, []);
  }
}
