import type { EmptyBody } from '../messages/empty-body.ts';
import type { CommandRow } from '../server/command-row.ts';

/** TREE_DISCONNECT (MS-SMB2 3.3.5.8). */
export const treeDisconnect: CommandRow<EmptyBody, EmptyBody> = {
  needs: 'tree',
  async handle(context) {
    await context.session.disconnect(context.tree, context);
    return {};
  },
};
