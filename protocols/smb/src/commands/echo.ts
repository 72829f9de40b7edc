import type { EmptyBody } from '../messages/empty-body.ts';
import type { CommandRow } from '../server/command-row.ts';

/** ECHO (MS-SMB2 3.3.5.17): with a session or without. */
export const echo: CommandRow<EmptyBody, EmptyBody> = {
  needs: 'connection',
  handle: () => ({}),
};
