import type { LiveSession } from './live-session.ts';
import type { SmbServices } from './services.ts';
import type { DiskTree } from './tree.ts';

/** The tree's share as it is by now; `undefined` for one that was removed, or is not served by SMB any more. */
export function shareNow(shares: SmbServices['shares'], tree: DiskTree): DiskTree['share'] | undefined {
  const share = shares.byId(tree.share.id);
  if (share === undefined || share === tree.share) return share;
  return shares.nameAt('smb', share) === undefined ? undefined : share;
}

/**
 * Ends what may not go on, although nobody asks for anything: the session of a user that was disabled or removed, tree connects to a share that is gone.
 * What waits in it (CHANGE_NOTIFY, LOCK) is answered, what it has open stands in nobody's way any more.
 */
export async function revoke(
  session: LiveSession,
  { accounts, shares }: Pick<SmbServices, 'accounts' | 'shares'>,
): Promise<void> {
  if (!session.refresh(accounts)) {
    await session.end();
    return;
  }
  for (const tree of session.trees.values()) {
    if (tree.kind === 'disk' && shareNow(shares, tree) === undefined) await session.disconnect(tree);
  }
}
