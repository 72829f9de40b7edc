export { describeVolume } from './describe-volume.ts';
export { checkTree } from './check-tree.ts';
export type { VolumeFactory } from './factory.ts';
