import { FileAttribute } from '../../information/classes.ts';
import { CreateAction, type CreateRequest, type CreateResponse, OplockLevel } from '../../messages/create.ts';
import type { FileId } from '../../messages/file-id.ts';
import { NtStatus } from '../../nt-status.ts';
import type { TreeContext } from '../../server/command-row.ts';
import type { PipeOpen, RpcPipe } from '../../server/pipe-open.ts';
import { StatusError } from '../../status.ts';

/** Bytes that a pipe shows as its allocation, as Windows does. */
const PIPE_ALLOCATION = 4096;
/** File numbers of pipes have it, those of files never do. */
const PIPE_BIT = 1n << 63n;

/** Opens an instance of a named pipe (MS-SMB2 3.3.5.9.14). */
export function openPipe(context: TreeContext, request: CreateRequest): CreateResponse {
  const name = request.name.startsWith('\\') ? request.name.slice(1) : request.name;
  const pipe = context.parts.pipes.open(name, context.session);
  if (pipe === undefined) throw new StatusError(NtStatus.OBJECT_NAME_NOT_FOUND);
  const { opens } = context.session;
  const fileId = freeFileId(context);
  opens.set(fileId.volatile, pipeOpen(context, fileId, pipe));
  return {
    oplockLevel: OplockLevel.NONE,
    flags: 0,
    createAction: CreateAction.OPENED,
    creationTime: 0n,
    lastAccessTime: 0n,
    lastWriteTime: 0n,
    changeTime: 0n,
    allocationSize: PIPE_ALLOCATION,
    endOfFile: 0,
    fileAttributes: FileAttribute.NORMAL,
    fileId,
    createContexts: [],
  };
}

function pipeOpen({ session: { opens }, tree }: TreeContext, fileId: FileId, pipe: RpcPipe): PipeOpen {
  let closed = false;
  return {
    kind: 'pipe',
    fileId,
    treeId: tree.id,
    pipe,
    close() {
      opens.delete(fileId.volatile);
      if (!closed) pipe.close();
      closed = true;
      return Promise.resolve();
    },
  };
}

function freeFileId({ parts, session }: TreeContext): FileId {
  for (;;) {
    const bytes = parts.random(8);
    const number = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true) | PIPE_BIT;
    // All ones stands for the open of the compound's message before.
    if (number !== 0xffff_ffff_ffff_ffffn && !session.opens.has(number))
      return { persistent: number, volatile: number };
  }
}
