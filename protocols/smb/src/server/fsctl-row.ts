import type { IoctlRequest } from '../messages/ioctl.ts';
import type { NtStatus } from '../nt-status.ts';
import type { TreeContext } from './command-row.ts';
import type { FileOpen } from './file-open.ts';
import type { PipeOpen } from './pipe-open.ts';

/** The output, or an output with a status that is not SUCCESS (BUFFER_OVERFLOW). Other statuses are thrown as `StatusError`. */
export type FsctlAnswer = Uint8Array | { readonly status: NtStatus; readonly output: Uint8Array };

type Handle<Args extends readonly unknown[]> = (
  context: TreeContext,
  request: IoctlRequest,
  ...args: Args
) => FsctlAnswer | Promise<FsctlAnswer>;

/** A control code with what its FileId must be. Sizes and flags of the request were checked; what is longer than `maxOutputResponse` is not. */
export type FsctlRow =
  /** The FileId says nothing. */
  | { readonly needs: 'tree'; readonly handle: Handle<[]> }
  | { readonly needs: 'file'; readonly handle: Handle<[open: FileOpen]> }
  | { readonly needs: 'pipe'; readonly handle: Handle<[open: PipeOpen]> };
