import type { Capacity, VolumeStatus, WriteEpoch } from '@polynas/core/spi';
import type { ClusterReport, FileSystemReport } from './cluster-report.ts';

/** All that a volume's status is made of. */
export interface Known {
  readonly epoch: WriteEpoch;
  /** Why this process has no mount now. */
  readonly notServing: string | undefined;
  /** Why nothing is known of the cluster now. `silent`: its monitors have not answered for so long that it counts as lost. */
  readonly notTold: { readonly reason: string; readonly silent: boolean } | undefined;
  readonly cluster: ClusterReport | undefined;
  readonly fileSystem: FileSystemReport | undefined;
  /** Pools with placement groups that are inactive; `undefined`: nobody has said which. */
  readonly inactivePools: readonly number[] | undefined;
  /** So many times one after another the monitors have told of inactive placement groups: once is what a group does that settles anew. */
  readonly inactiveRounds: number;
  /** Missing copies of objects when there were most, since all was well. */
  readonly worst: number;
}

/** CephFS has no number of files that fit. */
const totalFiles = 2 ** 48;
const noCapacity: Capacity = { totalBytes: 0, freeBytes: 0, availableBytes: 0, totalFiles: 0, freeFiles: 0 };

/** What people are told of the volume. */
export function volumeStatus(known: Known): VolumeStatus {
  const { cluster, fileSystem, epoch } = known;
  const wanted = fileSystem?.copies.wanted ?? 1;
  const { health, reason } = judgement(known);
  return {
    health,
    ...(reason !== undefined && { reason }),
    copies: { present: copiesPresent(known), wanted },
    bytesToHeal: cluster === undefined ? 0 : bytesToHeal(cluster),
    ...(cluster !== undefined && cluster.objects.degraded > 0 && { healing: healingOf(cluster, known.worst) }),
    capacity: fileSystem === undefined ? noCapacity : capacityOf(fileSystem),
    epoch,
  };
}

function judgement(known: Known): { readonly health: VolumeStatus['health']; readonly reason?: string | undefined } {
  const { notServing, notTold, cluster } = known;
  if (notServing !== undefined) return { health: 'unavailable', reason: notServing };
  if (notTold?.silent === true) return { health: 'unavailable', reason: notTold.reason };
  if (cluster === undefined) return { health: 'healthy', reason: notTold?.reason };
  const stops = outage(cluster, known);
  const reason = sentences(cluster, stops);
  if (stops.length > 0) return { health: 'unavailable', reason };
  if (cluster.groups.healing > 0 || (cluster.objects.degraded > 0 && cluster.healingRate > 0))
    return { health: 'recovering', reason };
  return reason === undefined ? { health: 'healthy', reason: notTold?.reason } : { health: 'degraded', reason };
}

/** Why names or data of this volume cannot be reached now; empty when they can. */
function outage({ groups, osds, serving }: ClusterReport, known: Known): readonly string[] {
  const { fileSystem } = known;
  const said: string[] = [];
  if (fileSystem !== undefined && !serving.includes(fileSystem.id))
    said.push('no metadata server is active: names and attributes wait');
  if (fileSystem !== undefined && osds.up < fileSystem.copies.least)
    said.push(`fewer OSDs up (${osds.up}) than the ${fileSystem.copies.least} copies that data needs: all of it waits`);
  if (groups.inactive > 0 && known.inactiveRounds > 1 && inactiveHere(known))
    said.push(
      `${groups.inactive} of ${groups.all} placement groups inactive: their data can be neither read nor written`,
    );
  return said;
}

function inactiveHere({ fileSystem, inactivePools }: Known): boolean {
  return inactivePools === undefined || fileSystem?.pools.some((pool) => inactivePools.includes(pool)) !== false;
}

/** What an operator has to know, worst first; `undefined` when all is well. */
function sentences({ osds, groups, objects, healingRate, troubles }: ClusterReport, stops: readonly string[]) {
  const said = [...stops];
  if (osds.up < osds.in) said.push(`${osds.in - osds.up} of ${osds.in} OSDs down`);
  if (objects.degraded > 0 && objects.copies > 0)
    said.push(`${percent(objects.degraded / objects.copies)} of object copies missing`);
  else if (groups.wounded > 0) said.push(`${groups.wounded} of ${groups.all} placement groups with too few copies`);
  // The rate is an average over a while: it outlasts what it tells of.
  const unhealed = objects.degraded > 0 || groups.wounded > 0 || groups.healing > 0;
  if (unhealed && healingRate > 0) said.push(`recovering ${megabytes(healingRate)} MB/s`);
  else if (groups.healing > 0) said.push(`${groups.healing} of ${groups.all} placement groups to be healed`);
  if (groups.inactive > 0 && stops.length === 0) said.push(`${groups.inactive} placement groups inactive`);
  said.push(...troubles);
  return said.length === 0 ? undefined : said.join('; ');
}

/** At least so many of each byte: the cluster counts objects with missing copies, not how many copies each has left. */
function copiesPresent(known: Known): number {
  const { cluster, fileSystem } = known;
  const { wanted, least } = fileSystem?.copies ?? { wanted: 1, least: 1 };
  if (cluster === undefined) return wanted;
  const { groups, objects, osds } = cluster;
  if (groups.inactive > 0 && known.inactiveRounds > 1 && inactiveHere(known)) return Math.max(0, least - 1);
  // What a lost OSD held is missing before the cluster has counted it.
  const down = osds.in - osds.up;
  if (groups.wounded === 0 && objects.degraded === 0 && down <= 0) return wanted;
  // What is active has as many as its pool needs to go on.
  return Math.min(osds.up, Math.max(Math.min(least, wanted), wanted - Math.max(1, down)));
}

function bytesToHeal({ objects }: ClusterReport): number {
  return objects.all === 0 ? 0 : Math.round((objects.degraded * objects.bytes) / objects.all);
}

function healingOf({ objects, healingRate }: ClusterReport, worst: number): NonNullable<VolumeStatus['healing']> {
  const progress = worst <= 0 ? 0 : Math.max(0, 1 - objects.degraded / worst);
  return { objects: objects.degraded, bytesPerSecond: healingRate, progress };
}

function capacityOf({ room }: FileSystemReport): Capacity {
  return {
    totalBytes: room.usedBytes + room.freeBytes,
    freeBytes: room.freeBytes,
    availableBytes: room.freeBytes,
    totalFiles,
    freeFiles: Math.max(0, totalFiles - room.objects),
  };
}

function percent(ratio: number): string {
  return ratio < 0.001 ? 'less than 0.1%' : `${(ratio * 100).toFixed(ratio < 0.1 ? 1 : 0)}%`;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
