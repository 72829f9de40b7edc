import { emptyBody } from './empty-body.ts';

/** CANCEL Request (MS-SMB2 2.2.30). It has no response: the cancelled request is answered. */
export const cancelRequest = emptyBody;
