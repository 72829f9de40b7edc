import { emptyBody } from './empty-body.ts';

/** ECHO Request (MS-SMB2 2.2.28). */
export const echoRequest = emptyBody;

/** ECHO Response (MS-SMB2 2.2.29). */
export const echoResponse = emptyBody;
