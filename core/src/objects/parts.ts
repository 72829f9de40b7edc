import type { FileParts } from '../namespace/files/parts.ts';
import type { RandomSource } from '../clock.ts';
import type { ShareService } from '../service/index.ts';
import type { Conversions } from './tree/conversions.ts';
import type { Occupants } from './tree/occupants.ts';
import type { KeyedMutex } from '../namespace/keyed-mutex.ts';
import type { Etags } from './record/etags.ts';
import type { ContentHasher } from './content/hasher.ts';
import type { GatherBudget } from './content/gather-budget.ts';
import type { Expiries } from './expiry/expiries.ts';
import type { SystemDirectories } from '../namespace/system-directory.ts';
import type { PlacedWriters } from './multipart/placed-writers.ts';
import type { NameLists } from './list/name-lists.ts';
import type { ShownPages } from './list/shown-pages.ts';

/** What every object operation works with. */
export interface ObjectParts extends FileParts {
  readonly shares: Pick<ShareService, 'list'>;
  readonly random: RandomSource;
  /** One change at a time of what a key means, of one file's record, of one upload. */
  readonly mutex: KeyedMutex;
  readonly conversions: Conversions;
  readonly occupants: Occupants;
  readonly etags: Etags;
  readonly system: SystemDirectories;
  readonly expiries: Expiries;
  readonly lists: NameLists;
  readonly shown: ShownPages;
  readonly gathering: GatherBudget;
  readonly contentHasher: ContentHasher;
  readonly placed: PlacedWriters;
  /** Bytes that every part of an upload but the last has at least. */
  readonly minimumPartSize: number;
}
