export { checkLocalVolume, openLocalVolume } from './open.ts';
export type { LocalVolumeOptions } from './options.ts';
export type { CheckReport } from './recovery/check.ts';
export type { Clock } from './tree/clock.ts';
export type { HostFiles } from './host/host-files.ts';
export { nodeHostFiles } from './host/node-host-files.ts';
export { LocalVolume } from './volume.ts';
