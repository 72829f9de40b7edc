/** What the monitors say, reduced to what matters to a volume. */
export interface ClusterReport {
  readonly osds: { readonly all: number; readonly up: number; readonly in: number };
  readonly groups: {
    readonly all: number;
    /** Neither read nor written now, as far as is known: also those of which nobody has reported for long. */
    readonly inactive: number;
    /** Have fewer copies than they should, or objects of theirs have. */
    readonly wounded: number;
    /** Are being healed, or wait for their turn. */
    readonly healing: number;
  };
  readonly objects: {
    readonly all: number;
    readonly bytes: number;
    /** Copies that are missing, of `copies` that there should be. */
    readonly degraded: number;
    readonly copies: number;
  };
  /** Metadata servers that serve now: of which file system each. */
  readonly serving: readonly number[];
  /** Bytes a second that are being copied for it. */
  readonly healingRate: number;
  /** Messages of those health checks that tell of harm to data or service. */
  readonly troubles: readonly string[];
  /** What they say of OSDs and pools that are full; empty when none is. */
  readonly full: string;
}

/** What changes seldom: the file system, its pools and their room. */
export interface FileSystemReport {
  readonly id: number;
  readonly maxFileSize: number;
  /** Of its metadata and its data. */
  readonly pools: readonly number[];
  /** Copies that the first data pool keeps, and without which it stops. */
  readonly copies: { readonly wanted: number; readonly least: number };
  readonly room: { readonly usedBytes: number; readonly freeBytes: number; readonly objects: number };
}

/** Health checks (`ceph health detail`) that concern the data or the service of a volume; others are the cluster administrator's business. */
const troubling = new Set([
  'FS_DEGRADED',
  'FS_WITH_FAILED_MDS',
  'MDS_ALL_DOWN',
  'MDS_DAMAGE',
  'MDS_HEALTH_DAMAGE',
  'MDS_HEALTH_READ_ONLY',
  'MDS_HEALTH_SLOW_METADATA_IO',
  'OBJECT_UNFOUND',
  'OSD_BACKFILLFULL',
  'OSD_FULL',
  'OSD_NEARFULL',
  'OSD_SCRUB_ERRORS',
  'PG_BACKFILL_FULL',
  'PG_DAMAGED',
  'PG_RECOVERY_FULL',
  'POOL_BACKFILLFULL',
  'POOL_FULL',
  'POOL_NEARFULL',
  'SLOW_OPS',
]);

/** Those at which clients throw away what they have not written yet. */
const filling = new Set(['OSD_FULL', 'POOL_FULL']);

type Json = Readonly<Record<string, unknown>>;

/** Of `{"prefix":"status"}`. Fields that a release does not give count as 0. Throws when it is no such answer. */
export function readStatus(text: string): ClusterReport {
  const status = objectAt(JSON.parse(text), undefined);
  if (!('pgmap' in status)) throw new Error('the monitors answered something else than their status');
  const osdmap = objectAt(status, 'osdmap');
  // Until Octopus it is in the map once more.
  const osds = 'num_osds' in osdmap ? osdmap : objectAt(osdmap, 'osdmap');
  const pgmap = objectAt(status, 'pgmap');
  const states = listAt(pgmap, 'pgs_by_state').map((state) => ({
    names: typeof state.state_name === 'string' ? state.state_name.split('+') : [],
    count: numberAt(state, 'count'),
  }));
  const having = (test: (names: readonly string[]) => boolean): number =>
    states.reduce((sum, { names, count }) => sum + (test(names) ? count : 0), 0);
  return {
    osds: { all: numberAt(osds, 'num_osds'), up: numberAt(osds, 'num_up_osds'), in: numberAt(osds, 'num_in_osds') },
    groups: {
      all: numberAt(pgmap, 'num_pgs'),
      inactive: having((names) => !names.includes('active') || names.includes('stale')),
      wounded: having((names) => names.includes('undersized') || names.includes('degraded')),
      healing: having((names) => names.some((name) => /^(recover|backfill)/.test(name) && !name.endsWith('toofull'))),
    },
    objects: {
      all: numberAt(pgmap, 'num_objects'),
      bytes: numberAt(pgmap, 'data_bytes'),
      degraded: numberAt(pgmap, 'degraded_objects'),
      copies: numberAt(pgmap, 'degraded_total'),
    },
    serving: listAt(objectAt(status, 'fsmap'), 'by_rank')
      .filter(({ status: state }) => state === 'up:active')
      .map((rank) => numberAt(rank, 'filesystem_id')),
    healingRate: numberAt(pgmap, 'recovering_bytes_per_sec'),
    troubles: troublesIn(objectAt(status, 'health'), troubling),
    full: troublesIn(objectAt(status, 'health'), filling).join(),
  };
}

function troublesIn(health: Json, codes: ReadonlySet<string>): readonly string[] {
  return Object.entries(objectAt(health, 'checks'))
    .filter(([code]) => codes.has(code))
    .map(([code, check]) => {
      const { message } = objectAt(objectAt(check, undefined), 'summary');
      return typeof message === 'string' ? message : code;
    });
}

/** Of `fs dump`, `osd pool ls detail` and `df`, for the file system of that name or the default one. `undefined` when there is none such. */
export function readFileSystem(
  texts: { readonly fsDump: string; readonly pools: string; readonly df: string },
  name: string | undefined,
): FileSystemReport | undefined {
  const dump = objectAt(JSON.parse(texts.fsDump), undefined);
  const all = listAt(dump, 'filesystems');
  const found = all.find((one) =>
    name === undefined ? one.id === dump.default_fscid || all.length === 1 : objectAt(one, 'mdsmap').fs_name === name,
  );
  if (found === undefined) return undefined;
  const mdsmap = objectAt(found, 'mdsmap');
  const dataPools = numbersAt(mdsmap, 'data_pools');
  const [dataPool] = dataPools;
  const pool = listOf(JSON.parse(texts.pools)).find((one) => one.pool_id === dataPool) ?? {};
  const room = listAt(objectAt(JSON.parse(texts.df), undefined), 'pools').find(({ id }) => id === dataPool) ?? {};
  const stats = objectAt(room, 'stats');
  return {
    id: numberAt(found, 'id'),
    maxFileSize: numberAt(mdsmap, 'max_file_size'),
    pools: [numberAt(mdsmap, 'metadata_pool'), ...dataPools],
    copies: { wanted: numberAt(pool, 'size'), least: numberAt(pool, 'min_size') },
    room: {
      usedBytes: numberAt(stats, 'stored'),
      freeBytes: numberAt(stats, 'max_avail'),
      objects: numberAt(stats, 'objects'),
    },
  };
}

/**
 * Of `health detail`: whose placement groups are inactive, by pool. `undefined` when it does not say so of all of them: the list is cut off after some, and what has only
 * just happened is not in it.
 */
export function readInactivePools(text: string, inactive: number): readonly number[] | undefined {
  const checks = objectAt(objectAt(JSON.parse(text), undefined), 'checks');
  const pools = listAt(objectAt(checks, 'PG_AVAILABILITY'), 'detail').flatMap(({ message }) => {
    const [, pool] = typeof message === 'string' ? (/^pg (\d+)\./.exec(message) ?? []) : [];
    return pool === undefined ? [] : [Number(pool)];
  });
  return pools.length < inactive ? undefined : pools;
}

function objectAt(value: unknown, key: string | undefined): Json {
  const found = key === undefined ? value : (value as Json | undefined)?.[key];
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Json) : {};
}

function listAt(value: Json, key: string): readonly Json[] {
  return listOf(value[key]);
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map((one) => objectAt(one, undefined)) : [];
}

function numbersAt(value: Json, key: string): readonly number[] {
  const found = value[key];
  return Array.isArray(found) ? found.filter((one): one is number => typeof one === 'number') : [];
}

function numberAt(value: Json, key: string): number {
  const found = value[key];
  return typeof found === 'number' && Number.isFinite(found) ? found : 0;
}
