import { Writer } from '@polynas/core/wire';
import { ChainWriter } from '../../information/chain.ts';
import { fileNotifyInformation, type FileNotifyInformation, NOTIFY_ENTRY_UNIT } from '../../information/notify.ts';
import { type ChangeNotifyRequest, WATCH_TREE } from '../../messages/change-notify.ts';
import { NO_BYTES } from '../../messages/codec.ts';
import { Access } from '../../messages/create.ts';
import type { OutputBuffer } from '../../messages/output-buffer.ts';
import { NtStatus } from '../../nt-status.ts';
import type { Answer, CommandRow, OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { fileOf, needAccess } from '../file-of.ts';
import { ChangeQueue } from './change-queue.ts';
import { watchesOf } from './watches.ts';

/** Bytes of entries that are kept between requests, at the most. */
const MAX_CAPACITY = 64 * 1024;

/** CHANGE_NOTIFY (MS-SMB2 3.3.5.19): changes by whichever door. The first request of an open says what is watched, and how much is kept. */
export const changeNotify: CommandRow<ChangeNotifyRequest, OutputBuffer> = {
  needs: 'open',
  fileId: (request) => request.fileId,
  payload: (request) => ({ send: 0, response: request.outputBufferLength }),
  async handle(context, request) {
    const file = fileOf(context.open);
    const { maxTransactSize } = context.connection.limits;
    if (!file.isDirectory || request.outputBufferLength > maxTransactSize) {
      throw new StatusError(NtStatus.INVALID_PARAMETER);
    }
    needAccess(file, Access.FILE_LIST_DIRECTORY);
    if (file.open.deletePending) throw new StatusError(NtStatus.DELETE_PENDING);
    if (file.changes === undefined || file.changes.isOver) file.changes = subscribe(context, file, request);
    return changes(context, file.changes, request.outputBufferLength);
  },
};

function subscribe(context: OpenContext, { open }: FileOpen, request: ChangeNotifyRequest): ChangeQueue {
  const { files, events } = context.parts.services;
  const { signal: _, ...caller } = context.caller();
  const { share, id } = open.file;
  const watches = watchesOf(context.parts);
  const queue = new ChangeQueue({
    events,
    share,
    directory: id,
    tree: (request.flags & WATCH_TREE) !== 0,
    filter: request.completionFilter,
    capacity: Math.min(request.outputBufferLength, MAX_CAPACITY),
    // It outlives the request, so its signal is not the request's.
    // Who watches a tree is not told what happens where he may not look.
    pathTo: (directory) => files.pathBelow(caller, open.file, { share, id: directory }, { visible: true }),
    over: () => watches.delete(open.file, queue),
  });
  watches.add(open.file, queue);
  return queue;
}

async function changes(context: OpenContext, queue: ChangeQueue, limit: number): Promise<Answer<OutputBuffer>> {
  for (;;) {
    const taken = queue.take();
    switch (taken) {
      case undefined:
        context.pending();
        if (await waited(context, queue)) continue;
        return cleanup();
      case 'closed':
        return cleanup();
      case 'deleted':
        throw new StatusError(NtStatus.DELETE_PENDING);
      case 'overflow':
        return lookAgain();
      default:
        return listed(taken, limit);
    }
  }
}

/** `false` when tree or session ended meanwhile: that is no CANCEL of the client's. */
async function waited(context: OpenContext, queue: ChangeQueue): Promise<boolean> {
  try {
    await queue.wait(context.signal);
    return true;
  } catch (error) {
    if (context.session.trees.get(context.tree.id) === context.tree) throw error;
    return false;
  }
}

/** The open is closed (MS-SMB2 3.3.5.19). */
function cleanup(): Answer<OutputBuffer> {
  return { status: NtStatus.NOTIFY_CLEANUP, body: { outputBuffer: NO_BYTES } };
}

function listed(entries: readonly FileNotifyInformation[], limit: number): Answer<OutputBuffer> {
  const w = new Writer();
  const chain = new ChainWriter(w, fileNotifyInformation, NOTIFY_ENTRY_UNIT, limit);
  for (const entry of entries) if (!chain.add(entry)) return lookAgain();
  return { outputBuffer: Buffer.concat(w.finish().parts) };
}

/** More happened than fits: the client has to list the directory. */
function lookAgain(): Answer<OutputBuffer> {
  return { status: NtStatus.NOTIFY_ENUM_DIR, body: { outputBuffer: NO_BYTES } };
}
