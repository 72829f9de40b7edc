import type * as koffiModule from 'koffi';

/**
 * A function of a C library: called at once, or (`async`) on a thread of libuv's pool, whose answer comes as `(error, result)`. Pointers are addresses
 * as bigint; a buffer stands for its address and has to be kept by the caller until the call has settled. 64-bit results are numbers when they are safe.
 */
export interface NativeFunction {
  (...values: unknown[]): number | bigint;
  async(...values: unknown[]): void;
}

/** Signatures as in `cephfs/libcephfs.h`; each `struct T *` is `void *`, each out-pointer a buffer of 8 bytes. */
const signatures = {
  ceph_create: 'int (void *cmount, const char *id)',
  ceph_conf_read_file: 'int (void *cmount, const char *path)',
  ceph_conf_set: 'int (void *cmount, const char *option, const char *value)',
  ceph_conf_get: 'int (void *cmount, const char *option, void *into, size_t length)',
  ceph_init: 'int (void *cmount)',
  ceph_select_filesystem: 'int (void *cmount, const char *name)',
  ceph_mount: 'int (void *cmount, const char *root)',
  ceph_unmount: 'int (void *cmount)',
  ceph_release: 'int (void *cmount)',
  ceph_abort_conn: 'int (void *cmount)',
  ceph_set_uuid: 'void (void *cmount, const char *uuid)',
  ceph_start_reclaim: 'int (void *cmount, const char *uuid, unsigned int flags)',
  ceph_finish_reclaim: 'void (void *cmount)',
  ceph_get_instance_id: 'uint64_t (void *cmount)',
  ceph_set_deleg_timeout: 'int (void *cmount, uint32_t seconds)',
  ceph_mkdirs: 'int (void *cmount, const char *path, uint32_t mode)',
  ceph_sync_fs: 'int (void *cmount)',
  ceph_umask: 'uint32_t (void *cmount, uint32_t mode)',
  ceph_userperm_new: 'void *(uint32_t uid, uint32_t gid, int groups, void *list)',
  ceph_userperm_destroy: 'void (void *perm)',
  ceph_ll_lookup_root: 'int (void *cmount, void *out)',
  ceph_ll_lookup:
    'int (void *cmount, void *parent, void *name, void *out, void *stx, unsigned int want, unsigned int flags, void *perms)',
  ceph_ll_lookup_inode: 'int (void *cmount, uint64_t ino, void *out)',
  ceph_ll_put: 'int (void *cmount, void *inode)',
  ceph_ll_getattr: 'int (void *cmount, void *inode, void *stx, unsigned int want, unsigned int flags, void *perms)',
  ceph_ll_setattr: 'int (void *cmount, void *inode, void *stx, int mask, void *perms)',
  ceph_ll_sync_inode: 'int (void *cmount, void *inode, int dataOnly)',
  ceph_ll_create:
    'int (void *cmount, void *parent, void *name, uint32_t mode, int oflags, void *out, void *fh, void *stx, unsigned int want, unsigned int flags, void *perms)',
  ceph_ll_mkdir:
    'int (void *cmount, void *parent, void *name, uint32_t mode, void *out, void *stx, unsigned int want, unsigned int flags, void *perms)',
  ceph_ll_mknod:
    'int (void *cmount, void *parent, void *name, uint32_t mode, uint64_t rdev, void *out, void *stx, unsigned int want, unsigned int flags, void *perms)',
  ceph_ll_symlink:
    'int (void *cmount, void *parent, void *name, void *value, void *out, void *stx, unsigned int want, unsigned int flags, void *perms)',
  ceph_ll_readlink: 'int (void *cmount, void *inode, void *into, size_t length, void *perms)',
  ceph_ll_link: 'int (void *cmount, void *inode, void *parent, void *name, void *perms)',
  ceph_ll_unlink: 'int (void *cmount, void *parent, void *name, void *perms)',
  ceph_ll_rmdir: 'int (void *cmount, void *parent, void *name, void *perms)',
  ceph_ll_rename: 'int (void *cmount, void *from, void *fromName, void *to, void *toName, void *perms)',
  ceph_ll_opendir: 'int (void *cmount, void *inode, void *out, void *perms)',
  ceph_ll_releasedir: 'int (void *cmount, void *dir)',
  ceph_seekdir: 'void (void *cmount, void *dir, int64_t offset)',
  ceph_readdirplus_r:
    'int (void *cmount, void *dir, void *dirent, void *stx, unsigned int want, unsigned int flags, void *out)',
  ceph_getdents: 'int (void *cmount, void *dir, void *into, int length)',
  ceph_ll_open: 'int (void *cmount, void *inode, int flags, void *fh, void *perms)',
  ceph_ll_close: 'int (void *cmount, void *fh)',
  ceph_ll_read: 'int (void *cmount, void *fh, int64_t offset, uint64_t length, void *into)',
  ceph_ll_write: 'int (void *cmount, void *fh, int64_t offset, uint64_t length, void *from)',
  ceph_ll_writev: 'int64_t (void *cmount, void *fh, void *vector, int count, int64_t offset)',
  ceph_ll_fsync: 'int (void *cmount, void *fh, int dataOnly)',
  ceph_ll_fallocate: 'int (void *cmount, void *fh, int mode, int64_t offset, int64_t length)',
  ceph_ll_lseek: 'int64_t (void *cmount, void *fh, int64_t offset, int whence)',
  ceph_ll_getlk: 'int (void *cmount, void *fh, void *flock, uint64_t owner)',
  ceph_ll_setlk: 'int (void *cmount, void *fh, void *flock, uint64_t owner, int sleep)',
  ceph_ll_delegation: 'int (void *cmount, void *fh, unsigned int command, void *callback, void *cookie)',
  ceph_ll_getxattr: 'int (void *cmount, void *inode, const char *name, void *into, size_t length, void *perms)',
  ceph_ll_setxattr:
    'int (void *cmount, void *inode, const char *name, void *from, size_t length, int flags, void *perms)',
  ceph_ll_listxattr: 'int (void *cmount, void *inode, void *into, size_t length, void *needed, void *perms)',
  ceph_ll_removexattr: 'int (void *cmount, void *inode, const char *name, void *perms)',
  ceph_open: 'int (void *cmount, const char *path, int flags, uint32_t mode)',
  ceph_close: 'int (void *cmount, int fd)',
  ceph_debug_get_fd_caps: 'int (void *cmount, int fd)',
  ceph_ll_statfs: 'int (void *cmount, void *inode, void *statvfs)',
} as const;

export type CephCall = keyof typeof signatures;

/** Those of them that the library has to have; missing ones are found at once, not at their first call. */
export function cephFunctions(library: koffiModule.LibraryHandle): Readonly<Record<CephCall, NativeFunction>> {
  const functions = Object.entries(signatures).map(([name, signature]) => [name, define(library, name, signature)]);
  return Object.fromEntries(functions) as Record<CephCall, NativeFunction>;
}

/** `signature` is the C declaration without the name: `int (void *cmount)`. */
export function define(library: koffiModule.LibraryHandle, name: string, signature: string): NativeFunction {
  return library.func(signature.replace('(', `${name}(`));
}
