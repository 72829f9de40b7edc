import type { ShownAttributes } from '../information/attributes.ts';
import { CLOSE_FLAG_POSTQUERY_ATTRIB, type CloseRequest, type CloseResponse } from '../messages/close.ts';
import type { CommandRow, OpenContext } from '../server/command-row.ts';

/** Without POSTQUERY_ATTRIB, or where there is nothing to tell. */
const NOTHING_TOLD: CloseResponse = {
  flags: 0,
  creationTime: 0n,
  lastAccessTime: 0n,
  lastWriteTime: 0n,
  changeTime: 0n,
  allocationSize: 0,
  endOfFile: 0,
  fileAttributes: 0,
};

/** CLOSE (MS-SMB2 3.3.5.10). */
export const close: CommandRow<CloseRequest, CloseResponse> = {
  needs: 'open',
  fileId: (request) => request.fileId,
  async handle(context, { flags }) {
    const attributes = (flags & CLOSE_FLAG_POSTQUERY_ATTRIB) === 0 ? undefined : await last(context);
    await context.open.close();
    if (attributes === undefined) return NOTHING_TOLD;
    return { flags: CLOSE_FLAG_POSTQUERY_ATTRIB, ...attributes };
  },
};

/** As the client leaves it: afterwards the file may be gone. */
async function last(context: OpenContext): Promise<ShownAttributes | undefined> {
  const { open } = context;
  return open.kind === 'file' ? open.shown(await open.open.getattr(context.caller())) : undefined;
}
