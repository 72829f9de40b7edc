import { join } from 'node:path';

export interface CephPorts {
  readonly monitor: number;
  readonly monitorV2: number;
  /** Of radosgw, where there is one. */
  readonly gateway?: number;
}

export interface CephLayout {
  readonly directory: string;
  readonly fsid: string;
  readonly ports: CephPorts;
  /** Number of OSDs, each with a sparse file of its own. */
  readonly osds: number;
  /** Copies of each object, at most `osds`. */
  readonly copies: number;
  /** Bytes of each OSD's sparse file. */
  readonly osdBytes: number;
  /** Name of a CephFS with one MDS; none when not given. */
  readonly fileSystem?: string;
  /** Small caches, and a lost daemon is noticed within seconds: for tests. Else Ceph's defaults: for figures. */
  readonly small?: boolean;
}

export function cephConfigurationFile({ directory }: Pick<CephLayout, 'directory'>): string {
  return join(directory, 'ceph.conf');
}

/**
 * One machine, loopback only, cephx on. Unless it is to be small, debug levels, caches and BlueStore's flushing are Ceph's
 * defaults: only what a cluster of one host needs to be healthy is set, and `tcp_nodelay` in the gateway's front end, without which
 * each small answer on a kept connection waits for a delayed ACK (about 40 ms).
 */
export function cephConfiguration(layout: CephLayout): string {
  const { directory, fsid, ports, copies, osdBytes } = layout;
  const small = layout.small === true;
  return `[global]
fsid = ${fsid}
mon_host = [v2:127.0.0.1:${ports.monitorV2},v1:127.0.0.1:${ports.monitor}]
mon_initial_members = a
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv4 = true
ms_bind_ipv6 = false
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
auth_allow_insecure_global_id_reclaim = false
keyring = ${directory}/keyring
run_dir = ${directory}/run
admin_socket = ${directory}/run/$name.asok
pid_file =
log_file = ${directory}/log/$name.log
err_to_stderr = true
crash_dir = ${directory}/log
# One host: placement by OSD, and one disk: copies as the caller wants them.
osd_crush_chooseleaf_type = 0
osd_pool_default_size = ${copies}
osd_pool_default_min_size = ${Math.max(1, copies - 1)}
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
mon_max_pg_per_osd = 500

[mon]
mon_data = ${directory}/mon/$id
mon_data_avail_warn = 3
mon_data_avail_crit = 1
mon_cluster_log_to_file = false
# The reports of two hosts would be wanted before an OSD counts as down.
mon_osd_reporter_subtree_level = osd
mon_osd_min_down_reporters = 1
${small ? 'mon_memory_target = 268435456\nmon_osd_cache_size = 50' : ''}

[mgr]
mgr_data = ${directory}/mgr/$id
mgr_initial_modules =
${small ? 'mgr_stats_period = 2' : ''}

[osd]
osd_data = ${directory}/osd/$id
osd_objectstore = bluestore
bluestore_block_create = true
bluestore_block_size = ${osdBytes}
bluestore_block_db_create = false
bluestore_block_wal_create = false
osd_class_load_list = *
osd_class_default_list = *
${small ? smallOsd : ''}
[mds]
mds_data = ${directory}/mds/$id
${small ? 'mds_cache_memory_limit = 134217728' : ''}

[client]
admin_socket =
log_file =

[client.rgw.a]
log_file = ${directory}/log/$name.log
rgw_data = ${directory}/rgw
rgw_frontends = beast endpoint=127.0.0.1:${ports.gateway ?? 0} tcp_nodelay=1
rgw_enable_ops_log = false
rgw_enable_usage_log = false
`;
}

/** Three OSDs beside everything else in the memory and on the cores of a CI machine; healing takes seconds on whatever disk, so that it is seen. */
const smallOsd = `bluestore_cache_autotune = false
bluestore_cache_size = 67108864
osd_memory_target = 939524096
osd_min_pg_log_entries = 100
osd_max_pg_log_entries = 200
osd_op_num_shards = 2
osd_op_num_threads_per_shard = 1
osd_heartbeat_interval = 2
osd_heartbeat_grace = 8
osd_recovery_sleep = 0.04
`;
