export { serve } from './serve.ts';
export { loadSettings } from './config/settings.ts';
export type { Settings } from './config/settings.ts';
export { HeadError } from './head-error.ts';
export { exitCode } from './cli/exit-code.ts';
