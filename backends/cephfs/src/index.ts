export type { Mount } from './native/mount-api.ts';
