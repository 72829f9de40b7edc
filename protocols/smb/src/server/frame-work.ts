import { Command } from '../messages/command.ts';
import type { CreateResponse } from '../messages/create.ts';
import type { FileId } from '../messages/file-id.ts';
import type { Header } from '../messages/header.ts';
import { NtStatus } from '../nt-status.ts';
import { StatusError } from '../status.ts';
import type { LiveSession } from './live-session.ts';

/** A request as its frame sees it. */
interface WorkCall {
  readonly header: Header;
  /** What it referred to. */
  readonly fileId: FileId | undefined;
  readonly aborted: boolean;
}

interface WorkReply<C> {
  readonly call: C;
  readonly status: number;
  readonly body: object;
}

/** The requests of one frame, and what the later ones of a compound inherit (MS-SMB2 3.3.5.2.7.2). */
export class FrameWork<C extends WorkCall, R extends WorkReply<C>> {
  readonly calls: C[] = [];
  /** The session that the frame was sealed for: its answer is sealed as well (MS-SMB2 3.3.4.1.4). */
  readonly sealedFor: LiveSession | undefined;
  /** Finished, and not sent. */
  replies: R[] = [];
  /** Bytes of the frame. */
  readonly requestBytes: number;
  /** Bytes that its responses may have. */
  responseBytes = 0;
  /** Bytes set aside for it now. */
  heldBytes = 0;
  /** The common buffer in which the requests lie. */
  buffer: Uint8Array | undefined;
  /** Its last request waits for somebody else. */
  waiting = false;
  /** Of the message before, for those related to it. */
  sessionId = 0n;
  treeId = 0;
  private fileId: FileId | undefined;
  private failure: NtStatus | undefined;

  constructor(requestBytes: number, sealedFor: LiveSession | undefined) {
    this.requestBytes = requestBytes;
    this.sealedFor = sealedFor;
  }

  /** Somebody may look at the requests though they are answered: one that gave up early, as its signal asked for, may have left its work to others. */
  get lingers(): boolean {
    return this.calls.some((call) => call.aborted);
  }

  get bytes(): number {
    return this.requestBytes + this.responseBytes;
  }

  /** The FileId of the message before, or why there is none. */
  relatedFileId(): FileId {
    if (this.fileId !== undefined) return this.fileId;
    throw new StatusError(this.failure ?? NtStatus.INVALID_PARAMETER);
  }

  /** Takes over what the next message may refer to. */
  follow(reply: R): void {
    const { call } = reply;
    if (call.header.command === Command.CREATE) {
      const made = reply.status === NtStatus.SUCCESS;
      this.fileId = made ? (reply.body as CreateResponse).fileId : undefined;
      this.failure = made ? undefined : (reply.status as NtStatus);
    } else if (call.fileId !== undefined) this.fileId = call.fileId;
  }
}
