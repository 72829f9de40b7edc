import { emptyBody } from './empty-body.ts';

/** LOGOFF Request (MS-SMB2 2.2.7). */
export const logoffRequest = emptyBody;

/** LOGOFF Response (MS-SMB2 2.2.8). */
export const logoffResponse = emptyBody;
