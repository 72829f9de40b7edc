export { createAdminApi } from './create-admin-api.ts';
export type { AdminApi } from './create-admin-api.ts';
export type { AdminClock, AdminContext, DoorStatus, HeadAdministration, VolumeReport } from './admin-context.ts';
export { bearerMatches } from './bearer.ts';
export { openApiDocument } from './open-api.ts';
export type { ProblemDocument } from './problem.ts';
