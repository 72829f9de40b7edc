export { openMemoryVolume } from './volume.ts';
export type { MemoryVolumeOptions } from './options.ts';
