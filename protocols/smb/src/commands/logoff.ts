import type { EmptyBody } from '../messages/empty-body.ts';
import type { CommandRow } from '../server/command-row.ts';

/** LOGOFF (MS-SMB2 3.3.5.6). */
export const logoff: CommandRow<EmptyBody, EmptyBody> = {
  needs: 'session',
  async handle(context) {
    await context.session.end(context);
    return {};
  },
};
