export { openCephVolume } from './open.ts';
export type { CephOptions } from './options.ts';
