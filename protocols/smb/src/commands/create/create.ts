import { access, isStorageError } from '@polynas/core/service';
import { CreateDisposition, CreateOption, type CreateRequest, type CreateResponse } from '../../messages/create.ts';
import type { CommandRow, TreeContext } from '../../server/command-row.ts';
import type { Tree } from '../../server/tree.ts';
import { type WantedAccess, wantedAccess } from './access.ts';
import { readContexts } from './contexts.ts';
import { mayCreate, planOf } from './disposition.ts';
import { openExisting } from './existing.ts';
import { createNew } from './new-entry.ts';
import type { Opened, Opening } from './opening.ts';
import { checkRequest } from './options.ts';
import { parsePath } from './path.ts';
import { openPipe } from './pipe.ts';
import { answer } from './result.ts';
import { openStream } from './stream.ts';
import { walk } from './walk.ts';
import { NtStatus } from '../../nt-status.ts';
import { StatusError } from '../../status.ts';

type DiskTree = Extract<Tree, { kind: 'disk' }>;

/** Others may make and remove the name between our looks and our acts, so often at the most. */
const MAX_ATTEMPTS = 8;

/** CREATE (MS-SMB2 3.3.5.9). */
export const create: CommandRow<CreateRequest, CreateResponse> = {
  needs: 'tree',
  handle(context, request) {
    const { tree, session } = context;
    if (session.full) throw new StatusError(NtStatus.TOO_MANY_OPENED_FILES);
    return tree.kind === 'pipe' ? openPipe(context, request) : openFile(context, tree, request);
  },
};

async function openFile(context: TreeContext, tree: DiskTree, request: CreateRequest): Promise<CreateResponse> {
  const opening = examine(context, tree, request);
  for (let attempt = 1; ; attempt += 1) {
    let opened: Opened;
    try {
      opened = await open(opening);
    } catch (error) {
      if (attempt < MAX_ATTEMPTS && isRaced(error, request)) continue;
      // Not the file that was looked up each time: the share.
      if (isStorageError(error, 'stale')) throw new StatusError(NtStatus.NETWORK_NAME_DELETED);
      throw error;
    }
    try {
      return await answer(opening, opened);
    } catch (error) {
      await opened.open.close({ undone: opened.plan !== 'create' });
      throw error;
    }
  }
}

function examine(context: TreeContext, tree: DiskTree, request: CreateRequest): Opening {
  const wanted = wantedAccess(request.desiredAccess);
  checkRequest(request);
  const caller = context.caller();
  return {
    context,
    services: context.parts.services,
    caller,
    share: tree.share,
    request,
    wanted,
    contexts: readContexts(request.createContexts),
    path: parsePath(request.name),
    readOnly: caller.readOnly || tree.share.readOnly,
  };
}

async function open(opening: Opening): Promise<Opened> {
  const { services, caller, share, request, path } = opening;
  const { files } = services;
  const place = await walk(files, caller, files.root(share.id), path.components, followsLink(opening));
  if (path.stream?.kind === 'named') return openStream(opening, place, path.stream.name);
  const plan = planOf(request.createDisposition, place.attributes !== undefined);
  return place.attributes === undefined
    ? createNew(opening, place)
    : openExisting(opening, place, place.attributes, plan);
}

const CONTENT = access.readData | access.writeData | access.appendData | access.execute;

/**
 * Whether a symbolic link at the path's end stands for what it leads to. Who removes or renames a name without looking into the
 * file means the link itself: clients that know no links would else delete what it leads to.
 */
function followsLink({ request, wanted, path }: Opening): boolean {
  if (request.createDisposition === CreateDisposition.CREATE) return false;
  if ((request.createOptions & CreateOption.OPEN_REPARSE_POINT) !== 0) return false;
  return path.stream !== undefined || !meansName(wanted);
}

function meansName({ rights, maximum }: WantedAccess): boolean {
  return !maximum && (rights & access.delete) !== 0 && (rights & CONTENT) === 0;
}

/** The name came, or the file went, in between: a second look tells. */
function isRaced(error: unknown, { createDisposition }: CreateRequest): boolean {
  if (isStorageError(error, 'stale')) return true;
  return (
    isStorageError(error, 'exists') && createDisposition !== CreateDisposition.CREATE && mayCreate(createDisposition)
  );
}
