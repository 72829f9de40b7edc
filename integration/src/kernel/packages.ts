/**
 * Debian packages that the machine running the tests needs for the kernel-client guest.
 * The CI script installs exactly these: `apt-get install --no-install-recommends`.
 */
export const kernelLabPackages: readonly string[] = [
  'gcc',
  'iproute2',
  'libc6-dev',
  'mmdebstrap',
  'user-mode-linux',
  'util-linux',
];

/** Debian packages inside the guest. Sorted, because the list is part of the cache key of the guest's root. */
export const guestPackages: readonly string[] = [
  'acl',
  'attr',
  'busybox-static',
  'cifs-utils',
  'fio',
  'git',
  'iproute2',
  'kmod',
  'netbase',
  'nfs-common',
  'nfs4-acl-tools',
  'procps',
  'python3',
  'rpcbind',
  'rsync',
  'sqlite3',
  'strace',
];

/** Users of the guest besides root, each with a group of the same name and number. */
export const guestUsers: readonly { readonly name: string; readonly uid: number }[] = [
  { name: 'alice', uid: 1000 },
  { name: 'bob', uid: 1001 },
  { name: 'carol', uid: 1002 },
];
