import type { Lanes } from '../native/client.ts';
import type { MountOptions } from '../native/mount-cephfs.ts';
import { defaults } from '../options.ts';
import type { CephOptions } from '../options.ts';

/** The options of the mount at one place of the pool. Each place is a client of its own, with a name that it keeps over restarts. */
export function mountOptions(options: CephOptions, place: number, lanes: Lanes): MountOptions {
  const { conf, monitors, fileSystem } = options;
  return {
    ...(conf !== undefined && { conf }),
    ...(conf === undefined && monitors === undefined && { conf: 'default' }),
    clientName: options.client,
    ...(fileSystem !== undefined && { fileSystem }),
    root: options.root,
    createRoot: true,
    uuid: `polynas-${options.clientUuid}-${place}`,
    settings: cephSettings(options),
    lanes,
    unmountTimeout: options.closeTimeout ?? defaults.closeTimeout,
  };
}

/** As libcephfs and librados name them. */
export function cephSettings(options: CephOptions): Record<string, string> {
  const { monitors, key, keyring } = options;
  const seconds = Math.ceil((options.mountTimeout ?? defaults.mountTimeout) / 1000);
  return {
    client_mount_timeout: String(seconds),
    // Operations wait for the cluster as long as it takes: an error after some seconds would leave open whether a mutation happened.
    rados_osd_op_timeout: '0',
    rados_mon_op_timeout: '0',
    ...(monitors !== undefined && { mon_host: monitors.join(',') }),
    ...(key !== undefined && { key }),
    ...(keyring !== undefined && { keyring }),
  };
}
