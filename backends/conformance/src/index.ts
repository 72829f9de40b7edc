export { describeVolume } from './describe-volume.ts';
export { describeCrash } from './crash/describe-crash.ts';
export { crashRound } from './crash/round.ts';
export type { CrashOptions } from './crash/round.ts';
export { runLanes } from './crash/run-lane.ts';
export { verifyLanes } from './crash/verify.ts';
export type { Acknowledgement, Hello, Line, Plan } from './crash/lane.ts';
export { checkTree } from './check-tree.ts';
export type { VolumeFactory } from './factory.ts';
