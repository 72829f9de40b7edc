import type { RootDatabase } from 'lmdb';
import type { Tables } from './environment.ts';

interface PageCounts {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

interface RootStats extends PageCounts {
  readonly root: PageCounts;
  readonly free: PageCounts;
  readonly lastPageNumber: number;
}

/** Bytes of pages in the tree's file that hold nothing: LMDB never shortens its file, and takes these first. */
export function freeBytesIn(root: RootDatabase<Uint8Array, Uint8Array>, tables: Tables): number {
  const stats = root.getStats() as unknown as RootStats;
  let used = pagesOf(stats.root) + pagesOf(stats.free);
  for (const table of Object.values(tables)) used += table.pages();
  return Math.max(0, stats.lastPageNumber - 1 - used) * stats.root.pageSize;
}

function pagesOf({ treeBranchPageCount, treeLeafPageCount, overflowPages }: PageCounts): number {
  return treeBranchPageCount + treeLeafPageCount + overflowPages;
}
