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
    copies: { present: copiesPresent(cluster, fileSystem), wanted },
    bytesToHeal: cluster === undefined ? 0 : bytesToHeal(cluster),
    ...(cluster !== undefined && cluster.objects.degraded > 0 && { healing: healingOf(cluster, known.worst) }),
    capacity: fileSystem === undefined ? noCapacity : capacityOf(fileSystem),
    epoch,
  };
}

function judgement(known: Known): { readonly health: VolumeStatus['health']; readonly reason?: string | undefined } {
  const { notServing, notTold, cluster, fileSystem } = known;
  if (notServing !== undefined) return { health: 'unavailable', reason: notServing };
  if (notTold?.silent === true) return { health: 'unavailable', reason: notTold.reason };
  if (cluster === undefined) return { health: 'healthy', reason: notTold?.reason };
  const reason = sentences(cluster, fileSystem);
  if (fileSystem?.active === false || cluster.groups.inactive > 0) return { health: 'unavailable', reason };
  if (cluster.groups.healing > 0 || (cluster.objects.degraded > 0 && cluster.healingRate > 0))
    return { health: 'recovering', reason };
  return reason === undefined ? { health: 'healthy', reason: notTold?.reason } : { health: 'degraded', reason };
}

/** What an operator has to know, worst first; `undefined` when all is well. */
function sentences({ osds, groups, objects, healingRate, troubles }: ClusterReport, fileSystem?: FileSystemReport) {
  const said: string[] = [];
  if (fileSystem?.active === false) said.push('no metadata server is active: names and attributes wait');
  if (osds.up < osds.in) said.push(`${osds.in - osds.up} of ${osds.in} OSDs down`);
  if (groups.inactive > 0)
    said.push(
      `${groups.inactive} of ${groups.all} placement groups inactive: their data can be neither read nor written`,
    );
  if (objects.degraded > 0 && objects.copies > 0)
    said.push(`${percent(objects.degraded / objects.copies)} of object copies missing`);
  else if (groups.wounded > 0) said.push(`${groups.wounded} of ${groups.all} placement groups with too few copies`);
  // The rate is an average over a while: it outlasts what it tells of.
  const unhealed = objects.degraded > 0 || groups.wounded > 0 || groups.healing > 0;
  if (unhealed && healingRate > 0) said.push(`recovering ${megabytes(healingRate)} MB/s`);
  else if (groups.healing > 0) said.push(`${groups.healing} of ${groups.all} placement groups to be healed`);
  said.push(...troubles);
  return said.length === 0 ? undefined : said.join('; ');
}

/** At least so many of each byte: the cluster counts objects with missing copies, not how many copies each has left. */
function copiesPresent(cluster: ClusterReport | undefined, fileSystem: FileSystemReport | undefined): number {
  const { wanted, least } = fileSystem?.copies ?? { wanted: 1, least: 1 };
  if (cluster === undefined) return wanted;
  const { groups, objects, osds } = cluster;
  if (groups.inactive > 0) return Math.max(0, least - 1);
  // What a lost OSD held is missing before the cluster has counted it.
  if (groups.wounded === 0 && objects.degraded === 0 && osds.up >= osds.in) return wanted;
  // What is active has as many as its pool needs to go on.
  return Math.max(Math.min(least, wanted), wanted - Math.max(1, osds.in - osds.up));
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
