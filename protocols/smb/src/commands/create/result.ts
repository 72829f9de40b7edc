import { type CreateResponse, OplockLevel } from '../../messages/create.ts';
import { FileOpen } from '../../server/file-open.ts';
import { watchesOf } from '../change-notify/watches.ts';
import { answerContexts } from './contexts.ts';
import { actionOf } from './disposition.ts';
import type { Opened, Opening } from './opening.ts';

/** Enters the open into its session, and answers (MS-SMB2 3.3.5.9). No oplock is granted. */
export async function answer(opening: Opening, opened: Opened): Promise<CreateResponse> {
  const { context, request, share, contexts } = opening;
  const { open, attributes, granted, plan, stream, reserved = 0 } = opened;
  const maximalAccess = contexts.maximalAccess ? await maximalAccessOf(opening, opened) : undefined;
  // Unique in the life of the process, so no number comes back that a client still has.
  const fileId = { persistent: open.id, volatile: open.id };
  const { opens } = context.session;
  const entered = new FileOpen({
    fileId,
    treeId: context.tree.id,
    session: { opens },
    watches: watchesOf(context.parts),
    open,
    type: attributes.type,
    grantedAccess: granted,
    createOptions: request.createOptions,
    stream,
    reserved,
  });
  opens.set(fileId.volatile, entered);
  return {
    oplockLevel: OplockLevel.NONE,
    flags: 0,
    createAction: actionOf[plan],
    ...entered.shown(attributes),
    fileId,
    createContexts: answerContexts(contexts, { file: open.file.base ?? open.file.id, share: share.id, maximalAccess }),
  };
}

async function maximalAccessOf({ caller, services }: Opening, { open, plan, granted }: Opened): Promise<number> {
  const rights = await services.state.rights(caller, open.file, open.place);
  // Whoever made a file holds what was asked for, whatever its mode says.
  return plan === 'create' ? rights | granted : rights;
}
