import type { DirectoryEntry } from '@polynas/core/service';
import { MadeOf, Writer } from '@polynas/core/wire';
import type { FileHandles } from '../handles.ts';
import { encodeEntryplus3, type Entryplus3, sizeEntry3, sizeEntryplus3 } from '../xdr/nfs3.ts';
import { fattr3, fileid3 } from './attributes.ts';

/** Room for rows of a directory in one reply. */
export interface RowBounds {
  readonly bytes: number;
  /** For names, fileids and cookies alone. */
  readonly nameBytes: number;
  /** One entry is given however long its name is. */
  readonly least: boolean;
}

/** The first of some entries, as READDIRPLUS3resok has them one behind the other. */
export interface Rows {
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly nameBytes: number;
}

/** What an entry with a short name takes, with attributes and handle. */
const ROW_BYTES = 176;
const NOTHING = new Uint8Array(0);

/** As many of the entries as the bounds let. */
export function encodeRows(
  handles: FileHandles,
  share: number,
  entries: readonly DirectoryEntry[],
  bounds: RowBounds,
): Rows {
  if (entries.length === 0) return { count: 0, bytes: NOTHING, nameBytes: 0 };
  const writer = new Writer(Math.min(bounds.bytes, entries.length * ROW_BYTES));
  let count = 0;
  let nameBytes = 0;
  for (const found of entries) {
    const entry = entryplus3(handles, share, found);
    const withName = nameBytes + 4 + sizeEntry3(entry);
    if (writer.length + 4 + sizeEntryplus3(entry) > bounds.bytes) break;
    if (withName > bounds.nameBytes && (count > 0 || !bounds.least)) break;
    writer.u32(1);
    encodeEntryplus3(writer, entry);
    nameBytes = withName;
    count++;
  }
  return { count, bytes: writer.finish().parts[0] ?? NOTHING, nameBytes };
}

/** Without attributes (a caller who may not search, `..`) there is no handle either: that would be a look-up. */
function entryplus3(handles: FileHandles, share: number, { id, name, cookie, attributes }: DirectoryEntry): Entryplus3 {
  return {
    fileid: fileid3(id),
    name,
    cookie,
    nameAttributes: attributes && fattr3(share, attributes),
    nameHandle: attributes && handles.encode({ share, id }),
  };
}

/** Rows of a page that is likely to be given again. */
interface Kept {
  readonly share: number;
  readonly bounds: RowBounds;
  readonly entries: readonly DirectoryEntry[];
  readonly rows: Rows;
}

const DEFAULT_LIMIT = 16 * 1024 * 1024;
/** Memory of a row beside its bytes. */
const BESIDE = 8;

/**
 * Rows of pages that were given before. A volume that remembers its listings gives the very same entries again while nothing of them has changed, and an entry never changes itself: so rows
 * are those of these entries, and no others. By the first of them; of a volume that makes its entries anew each time nothing is kept.
 */
export class ListedRows {
  private readonly handles: FileHandles;
  private readonly pages: MadeOf<DirectoryEntry, Kept>;
  /** The first ones of pages. */
  private readonly given = new WeakSet<DirectoryEntry>();

  /** @param limit bytes that all rows may take that are kept, about */
  constructor(handles: FileHandles, limit: number = DEFAULT_LIMIT) {
    this.handles = handles;
    this.pages = new MadeOf(limit);
  }

  /** As {@link encodeRows}. */
  of(share: number, entries: readonly DirectoryEntry[], bounds: RowBounds): Rows {
    const [first] = entries;
    if (first === undefined) return encodeRows(this.handles, share, entries, bounds);
    const kept = this.pages.get(first);
    if (kept !== undefined && isOf(kept, share, entries, bounds)) {
      this.pages.used(first, kept, bytesOf(kept));
      return kept.rows;
    }
    const rows = encodeRows(this.handles, share, entries, bounds);
    if (this.given.has(first)) {
      // One entry more than there are rows, which did not fit: with the bounds that is all that they depend on.
      const made = { share, bounds, entries: entries.slice(0, rows.count + 1), rows };
      this.pages.set(first, made, bytesOf(made));
    }
    this.given.add(first);
    return rows;
  }
}

function bytesOf({ entries, rows }: Kept): number {
  return rows.bytes.length + entries.length * BESIDE;
}

function isOf(kept: Kept, share: number, entries: readonly DirectoryEntry[], bounds: RowBounds): boolean {
  const { length } = kept.entries;
  if (kept.share !== share || entries.length < length) return false;
  // All were taken, and now there are more.
  if (length === kept.rows.count && entries.length > length) return false;
  const { bytes, nameBytes, least } = kept.bounds;
  if (bytes !== bounds.bytes || nameBytes !== bounds.nameBytes || least !== bounds.least) return false;
  for (let index = 0; index < length; index++) if (entries[index] !== kept.entries[index]) return false;
  return true;
}
