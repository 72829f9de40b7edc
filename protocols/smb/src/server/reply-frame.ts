import { type Gathered, Writer } from '@polynas/core/wire';
import type { Codec } from '../messages/codec.ts';
import { encodeMessage } from '../messages/compound.ts';
import { errorResponse } from '../messages/error.ts';
import { type Header, HeaderFlag, NO_SIGNATURE } from '../messages/header.ts';
import { NtStatus } from '../nt-status.ts';
import type { Call, Reply } from './call.ts';
import type { LiveSession } from './live-session.ts';

const NO_DATA = { errorData: new Uint8Array(0) };
const CAPACITY = 4096;
const LIMIT = 32 * 1024 * 1024;
const RESPONSE = HeaderFlag.SERVER_TO_REDIR;
/** What of the request's flags stands in the response (MS-SMB2 3.3.4.1). */
const ECHOED = HeaderFlag.RELATED_OPERATIONS | HeaderFlag.PRIORITY_MASK;

/** A response's place in its compound. */
interface Place {
  readonly follows: boolean;
  readonly padded: boolean;
}

export function errorReply(call: Call, status: NtStatus, data?: Uint8Array): Reply {
  const body = data === undefined ? NO_DATA : { errorData: data };
  return { call, status, codec: errorResponse as Codec<never>, body };
}

/** Turns replies into frames: headers with credits, signatures, and the seal (MS-SMB2 3.3.4.1). */
export class ReplyFrames {
  private readonly writer = new Writer(CAPACITY, LIMIT);
  private readonly fault: (error: unknown) => void;

  constructor(fault: (error: unknown) => void) {
    this.fault = fault;
  }

  /**
   * The responses as one frame, a compound when there are several.
   *
   * @param lent buffers that hold nothing but payloads of these responses
   */
  frame(replies: readonly Reply[], sealedFor: LiveSession | undefined, lent?: readonly Uint8Array[]): Gathered {
    const last = replies.length - 1;
    const messages = replies.map((reply, index) =>
      this.message(reply, { follows: index < last, padded: last > 0 }, sealedFor !== undefined),
    );
    const plain = messages.length === 1 ? messages[0]! : joined(messages);
    return sealedFor?.encryption === undefined ? plain : sealedFor.encryption.seal(plain, lent);
  }

  private message(reply: Reply, { follows, padded }: Place, sealed: boolean): Gathered {
    const { call } = reply;
    const signer = sealed ? undefined : signerOf(reply);
    const head = headerOf(reply, signer !== undefined);
    let message: Gathered;
    try {
      message = encodeMessage(this.writer, head, reply.codec, reply.body as never, follows, padded);
    } catch (error) {
      this.writer.finish();
      this.fault(error);
      const failed = { ...head, status: NtStatus.INTERNAL_ERROR };
      message = encodeMessage(this.writer, failed, errorResponse, NO_DATA, follows, padded);
    }
    signer?.signing.sign(message.parts, 'server');
    call.showEncoded(message.parts);
    return message;
  }
}

/**
 * Clients take an interim response unsigned (MS-SMB2 3.2.5.1.3), but those that forget it (rclone before mid-2026) give up
 * the connection. So it is signed where its final response can be signed as well.
 */
function signerOf({ call, status }: Reply): LiveSession | undefined {
  const interim = status === NtStatus.PENDING;
  return interim && call.signer?.signing.signsTwice === false ? undefined : call.signer;
}

function headerOf(reply: Reply, signed: boolean): Header {
  const { call, status } = reply;
  const { creditCharge, command, credits, flags, messageId } = call.header;
  const { window } = call.link;
  // There is no key to sign with without a session; as with Windows and smbd, the request's signature goes back, which clients look for.
  const echoes = call.signer === undefined && (flags & HeaderFlag.SIGNED) !== 0;
  const signature = echoes ? call.header.signature : NO_SIGNATURE;
  const answered = RESPONSE | (flags & ECHOED) | (signed || echoes ? HeaderFlag.SIGNED : 0);
  const common = { creditCharge, status, command, messageId, nextCommand: 0, signature, sessionId: call.sessionId };
  if (call.asyncId === undefined) {
    return { ...common, flags: answered, credits: window.grant(credits), reserved: 0, treeId: call.treeId };
  }
  // The interim response has granted what the request asked for (MS-SMB2 3.3.4.2).
  const granted = status === NtStatus.PENDING ? window.grant(credits) : window.grant(0);
  return { ...common, flags: answered | HeaderFlag.ASYNC_COMMAND, credits: granted, asyncId: call.asyncId };
}

function joined(messages: readonly Gathered[]): Gathered {
  let length = 0;
  for (const message of messages) length += message.length;
  return { parts: messages.flatMap((message) => message.parts), length };
}
