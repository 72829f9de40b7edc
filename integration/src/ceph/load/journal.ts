import { Place, type Value } from './place.ts';

/** What all clients of a run were told, and what they were told wrongly. */
export class Journal {
  /** Names of the share, by path. */
  readonly names = new Map<string, Place>();
  /** Blocks of files, by path and number. */
  readonly blocks = new Map<string, Place[]>();
  /** Answers that no server may give: each is a failure of the run. */
  readonly wrong: string[] = [];
  /** Renames that were not answered: exactly one of both names is there. */
  readonly undecided: { readonly from: string; readonly to: string; readonly value: Value }[] = [];

  name(path: string, value?: Value): Place {
    let place = this.names.get(path);
    if (place === undefined) this.names.set(path, (place = new Place(path, value)));
    return place;
  }

  /** A file of so many blocks, all holding what `value` says. */
  file(path: string, blocks: number, value: Value): Place[] {
    const places = Array.from({ length: blocks }, (_, block) => new Place(`${path}#${block}`, value));
    this.blocks.set(path, places);
    return places;
  }

  fault(what: string): void {
    // A run that goes wrong altogether says the same again and again.
    if (this.wrong.length < 200) this.wrong.push(what);
  }
}
