import { Access } from '../messages/create.ts';
import type { EmptyBody } from '../messages/empty-body.ts';
import type { FlushRequest } from '../messages/flush.ts';
import type { CommandRow } from '../server/command-row.ts';
import { needAccess } from './file-of.ts';

const NOTHING: EmptyBody = {};

/** FILE_ADD_FILE and FILE_ADD_SUBDIRECTORY of directories are the same bits. */
const WRITING = Access.FILE_WRITE_DATA | Access.FILE_APPEND_DATA;

/** FLUSH (MS-SMB2 3.3.5.11). What a directory's entries are is stable when it is answered; a pipe holds nothing back. */
export const flush: CommandRow<FlushRequest, EmptyBody> = {
  needs: 'open',
  fileId: (request) => request.fileId,
  async handle(context) {
    const { open } = context;
    if (open.kind === 'pipe') return NOTHING;
    needAccess(open, WRITING);
    if (open.type === 'file') await open.open.sync(context.caller());
    return NOTHING;
  },
};
