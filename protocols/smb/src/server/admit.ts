import { NtStatus } from '../nt-status.ts';
import { StatusError } from '../status.ts';
import type { Call } from './call.ts';
import type { LiveSession } from './live-session.ts';
import { shareNow } from './revoke.ts';
import type { Tree } from './tree.ts';

/** Finds what the call's row needs, or throws the status that says what is missing (MS-SMB2 3.3.5.2.9, 3.3.5.2.11). */
export function admit(call: Call): void {
  const { row } = call;
  if (row === undefined || row.needs === 'connection') return;
  call.session = sessionOf(call);
  call.signer = call.session;
  if (row.needs === 'session') return;
  call.tree = treeOf(call);
  if (row.needs === 'open') call.open = call.openOf(row.fileId(call.request));
}

function sessionOf(call: Call): LiveSession {
  const session = call.link.sessions.get(call.sessionId);
  if (session === undefined || session.ended) throw new StatusError(NtStatus.USER_SESSION_DELETED);
  // A session that was made only after the message had come signed nothing of it: anybody on the path could have put it behind the SESSION_SETUP.
  if (call.proven !== session) {
    call.signer = session;
    throw new StatusError(NtStatus.ACCESS_DENIED);
  }
  const { accounts } = call.parts.services;
  if (!session.refresh(accounts)) {
    session.end(call).catch((error: unknown) => call.parts.observer.fault(error));
    throw new StatusError(NtStatus.USER_SESSION_DELETED);
  }
  if (session.encryptData && call.work.sealedFor === undefined) throw new StatusError(NtStatus.ACCESS_DENIED);
  return session;
}

/** The tree, with its share as it is by now: one that was removed, or is not served by SMB any more, is gone. */
function treeOf(call: Call): Tree {
  const tree = call.session.trees.get(call.treeId);
  if (tree === undefined) throw new StatusError(NtStatus.NETWORK_NAME_DELETED);
  if (tree.kind === 'pipe') return tree;
  const share = shareNow(call.parts.services.shares, tree);
  if (share === undefined) {
    call.session.disconnect(tree, call).catch((error: unknown) => call.parts.observer.fault(error));
    throw new StatusError(NtStatus.NETWORK_NAME_DELETED);
  }
  tree.share = share;
  return tree;
}
