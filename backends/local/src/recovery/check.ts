import { decodeEntry, entryName } from '../format/entry.ts';
import { decodeExtent } from '../format/extent.ts';
import { decodeInode } from '../format/inode.ts';
import type { Inode } from '../format/inode.ts';
import { firstOf, nameKey, nameOf, numberKey, pairKey, secondOf } from '../format/keys.ts';
import { rootId } from '../format/meta.ts';
import { decodeBlob, decodeFreeContent } from '../format/rows.ts';
import { codeOf } from '../host/errors.ts';
import type { Parts } from '../parts.ts';
import type { Row, Table } from '../tree/table.ts';

/** What the check has seen. The volume is whole when there are no problems. */
export interface CheckReport {
  readonly files: number;
  readonly entries: number;
  readonly blobs: number;
  /** One sentence each; at most a thousand. */
  readonly problems: readonly string[];
}

const pageRows = 1000;
const maxProblems = 1000;
const end = pairKey(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

/** Compares every record with those that must agree with it. Reads in pages that each take one turn, while nothing else runs on the volume. */
export async function check(parts: Parts): Promise<CheckReport> {
  const run = new Check(parts);
  return await run.all();
}

interface Seen {
  readonly type: string;
  readonly nlink: number;
  names: number;
  directories: number;
  entries: number;
  readonly size: number;
  readonly xattrBytes: number;
  readonly xattrCount: number;
}

class Check {
  readonly #parts: Parts;
  readonly #problems: string[] = [];
  readonly #files = new Map<number, Seen>();
  readonly #contents = new Map<number, { readonly file: number; readonly kind: string; readonly size: number }>();
  /** References that contents and extents really have. */
  readonly #references = new Map<number, number>();
  readonly #blobSizes = new Map<number, number>();
  #entries = 0;
  #blobs = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async all(): Promise<CheckReport> {
    const { tables } = this.#parts;
    await this.#each(tables.inodes, (row) => this.#inode(row));
    await this.#each(tables.freeContents, (row) => this.#freeContent(row));
    await this.#each(tables.entries, (row) => this.#entry(row));
    await this.#each(tables.cookies, (row) => this.#cookie(row));
    this.#links();
    await this.#xattrs();
    await this.#each(tables.extents, (row) => this.#extent(row));
    await this.#each(tables.inline, (row) => this.#inline(row));
    await this.#each(tables.blobs, (row) => this.#blob(row));
    for (const blob of this.#references.keys()) this.#problem(`blob ${blob} is referenced and has no row`);
    await this.#hostFiles();
    return { files: this.#files.size, entries: this.#entries, blobs: this.#blobs, problems: this.#problems };
  }

  #problem(text: string): void {
    if (this.#problems.length < maxProblems) this.#problems.push(text);
  }

  async #each(table: Table, work: (row: Row) => void): Promise<void> {
    let from: Uint8Array = Uint8Array.of(0);
    for (;;) {
      const rows = table.range(from, end, pageRows);
      for (const row of rows) work(row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageRows) return;
      from = Buffer.concat([last.key, Uint8Array.of(0)]);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #inode({ key, value }: Row): void {
    const id = firstOf(key);
    const inode = decodeInode(id, viewOf(value));
    this.#files.set(id, {
      type: inode.type,
      nlink: inode.nlink,
      size: inode.size,
      names: 0,
      directories: 0,
      entries: 0,
      xattrBytes: inode.xattrBytes,
      xattrCount: inode.xattrCount,
    });
    if (inode.content.id === 0) return;
    this.#content(inode);
  }

  #content(inode: Inode): void {
    const { content, id, size } = inode;
    if (this.#contents.has(content.id)) this.#problem(`content ${content.id} belongs to two files`);
    this.#contents.set(content.id, { file: id, kind: content.kind, size });
    if (content.blob !== 0) this.#refer(content.blob, 1);
    if (content.kind === 'blob' && content.blob === 0) this.#problem(`file ${id} has no blob`);
    if (content.kind === 'inline') {
      const bytes = this.#parts.tables.inline.get(numberKey(content.id));
      if (bytes === undefined) this.#problem(`file ${id} has lost its inline content`);
      else if (bytes.length !== size) this.#problem(`file ${id} has ${size} bytes, its inline content ${bytes.length}`);
    }
    if (inode.nlink === 0 && !this.#parts.tables.orphans.has(numberKey(id)))
      this.#problem(`file ${id} has no name and is no orphan`);
  }

  #freeContent({ key, value }: Row): void {
    const content = firstOf(key);
    const { blob } = decodeFreeContent(viewOf(value));
    if (this.#contents.has(content)) this.#problem(`content ${content} is free and in use`);
    this.#contents.set(content, { file: 0, kind: 'extents', size: Number.MAX_SAFE_INTEGER });
    if (blob !== 0) this.#refer(blob, 1);
  }

  #refer(blob: number, count: number): void {
    this.#references.set(blob, (this.#references.get(blob) ?? 0) + count);
  }

  #entry({ key, value }: Row): void {
    this.#entries += 1;
    const directory = firstOf(key);
    const entry = decodeEntry(viewOf(value));
    const inside = this.#files.get(directory);
    const target = this.#files.get(entry.id);
    if (inside?.type !== 'directory') this.#problem(`an entry lies in ${directory}, which is no directory`);
    else inside.entries += 1;
    if (target === undefined) {
      this.#problem(`an entry in ${directory} names the missing file ${entry.id}`);
      return;
    }
    if (target.type !== entry.type)
      this.#problem(`an entry in ${directory} calls ${entry.id} a ${entry.type}, it is a ${target.type}`);
    target.names += 1;
    const back = this.#parts.tables.cookies.get(pairKey(directory, entry.cookie));
    if (back === undefined || Buffer.compare(entryName(back), nameOf(key)) !== 0) {
      this.#problem(`an entry in ${directory} is not under its cookie ${entry.cookie}`);
    }
    if (entry.type !== 'directory') return;
    if (inside !== undefined) inside.directories += 1;
    const view = this.#parts.tables.inodes.view(numberKey(entry.id), 160);
    const child = view === undefined ? undefined : decodeInode(entry.id, view);
    if (child?.parent !== directory || child.parentCookie !== entry.cookie) {
      this.#problem(`directory ${entry.id} does not know where it is`);
    }
  }

  #cookie({ key, value }: Row): void {
    const directory = firstOf(key);
    const entry = decodeEntry(viewOf(value));
    const there = this.#parts.tables.entries.view(nameKey(directory, entryName(value)), 17);
    const named = there === undefined ? undefined : decodeEntry(there);
    if (named?.cookie !== secondOf(key) || named.id !== entry.id || entry.cookie !== secondOf(key)) {
      this.#problem(`cookie ${secondOf(key)} of directory ${directory} has no entry`);
    }
  }

  #links(): void {
    for (const [id, seen] of this.#files) {
      if (seen.type === 'directory') {
        if (seen.nlink !== 2 + seen.directories)
          this.#problem(`directory ${id} says nlink ${seen.nlink}, it is ${2 + seen.directories}`);
        if (seen.size !== seen.entries)
          this.#problem(`directory ${id} says ${seen.size} entries, it has ${seen.entries}`);
        if (seen.names !== (id === rootId ? 0 : 1)) this.#problem(`directory ${id} has ${seen.names} names`);
      } else if (seen.nlink !== seen.names)
        this.#problem(`file ${id} says nlink ${seen.nlink}, it has ${seen.names} names`);
    }
  }

  async #xattrs(): Promise<void> {
    const totals = new Map<number, { bytes: number; count: number }>();
    await this.#each(this.#parts.tables.xattrs, ({ key, value }) => {
      const id = firstOf(key);
      const total = totals.get(id) ?? { bytes: 0, count: 0 };
      total.bytes += key.length - 8 + value.length;
      total.count += 1;
      totals.set(id, total);
      if (!this.#files.has(id)) this.#problem(`an extended attribute belongs to the missing file ${id}`);
    });
    for (const [id, seen] of this.#files) {
      const { bytes, count } = totals.get(id) ?? { bytes: 0, count: 0 };
      if (bytes !== seen.xattrBytes || count !== seen.xattrCount)
        this.#problem(`file ${id} miscounts its extended attributes`);
    }
  }

  #lastExtent = { content: 0, end: 0 };

  #extent({ key, value }: Row): void {
    const content = firstOf(key);
    const extent = decodeExtent(secondOf(key), viewOf(value));
    const owner = this.#contents.get(content);
    if (owner === undefined) this.#problem(`an extent belongs to the missing content ${content}`);
    else if (owner.kind !== 'extents') this.#problem(`content ${content} is ${owner.kind} and has extents`);
    else if (extent.offset + extent.length > owner.size)
      this.#problem(`an extent of file ${owner.file} lies behind its end`);
    if (extent.length <= 0) this.#problem(`content ${content} has an empty extent`);
    if (this.#lastExtent.content === content && this.#lastExtent.end > extent.offset) {
      this.#problem(`extents of content ${content} overlap at ${extent.offset}`);
    }
    this.#lastExtent = { content, end: extent.offset + extent.length };
    this.#refer(extent.blob, 1);
  }

  #inline({ key }: Row): void {
    const owner = this.#contents.get(firstOf(key));
    if (owner?.kind !== 'inline') this.#problem(`inline content ${firstOf(key)} belongs to nobody`);
  }

  #blob({ key, value }: Row): void {
    this.#blobs += 1;
    const id = firstOf(key);
    const { references } = decodeBlob(viewOf(value));
    const found = this.#references.get(id) ?? 0;
    if (references !== found) this.#problem(`blob ${id} says ${references} references, it has ${found}`);
    this.#references.delete(id);
    this.#blobSizes.set(id, 0);
  }

  /** Every blob has its host file, long enough for its extents. */
  async #hostFiles(): Promise<void> {
    const { host } = this.#parts.blobs;
    for (const id of this.#blobSizes.keys()) {
      try {
        const fd = await host.open(this.#parts.blobs.path(id), 'existing');
        try {
          this.#blobSizes.set(id, (await host.stat(fd)).size);
        } finally {
          await host.close(fd);
        }
      } catch (error) {
        this.#problem(
          codeOf(error) === 'ENOENT'
            ? `blob ${id} has no host file`
            : `blob ${id} cannot be looked at: ${codeOf(error)}`,
        );
      }
    }
  }
}

function viewOf(value: Uint8Array): DataView {
  return new DataView(value.buffer, value.byteOffset, value.byteLength);
}
