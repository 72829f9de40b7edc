export { createObjectService } from './service.ts';
export type { ObjectServiceOptions, Objects } from './service.ts';
