export { limitArenas } from './native/arenas.ts';
export { abandonedClients, exitNow } from './native/unmount.ts';
export type { Mount } from './native/mount-api.ts';
export { defaultGateSize, mountCephfs } from './native/mount-cephfs.ts';
export type { MountOptions } from './native/mount-cephfs.ts';
export { openCephVolume } from './open.ts';
export type { CephOptions } from './options.ts';
