import { WireError } from '@polynas/core/wire';
import { Encryption } from '../crypto/encryption.ts';
import { sessionKeys } from '../crypto/key-derivation.ts';
import { Signing } from '../crypto/signing.ts';
import { Dialect } from '../messages/command.ts';
import {
  SESSION_FLAG_BINDING,
  SessionFlag,
  type SessionSetupRequest,
  type SessionSetupResponse,
} from '../messages/session-setup.ts';
import { NtStatus } from '../nt-status.ts';
import type { Answer, CommandRow, ConnectionContext } from '../server/command-row.ts';
import type { SessionSetupExchange } from '../server/session-setup-exchange.ts';
import type { AcceptStep } from '../spnego/acceptor.ts';
import { StatusError } from '../status.ts';
import { beginExchange } from './session-setup/exchange.ts';

/** Milliseconds that a logon waits for what the session before still has under way. */
const PATIENCE = 10_000;

type Done = Extract<AcceptStep, { kind: 'done' }>;
type Accepted = Extract<Done['outcome'], { kind: 'accepted' }>;

/** SESSION_SETUP (MS-SMB2 3.3.5.5). */
export const sessionSetup: CommandRow<SessionSetupRequest, SessionSetupResponse> = {
  needs: 'connection',
  async handle(context, request) {
    const { link, parts } = context;
    // Multichannel is not offered, so that nobody has a second channel to bind.
    if ((request.flags & SESSION_FLAG_BINDING) !== 0) throw new StatusError(NtStatus.REQUEST_NOT_ACCEPTED);
    if (parts.encryption === 'required' && link.cipher === undefined) throw new StatusError(NtStatus.ACCESS_DENIED);
    const exchange = exchangeOf(context);
    context.sessionId = exchange.sessionId;
    if (exchange.busy) throw new StatusError(NtStatus.REQUEST_NOT_ACCEPTED);
    exchange.busy = true;
    exchange.preauth.add(context.message);
    try {
      const step = await exchange.acceptor.step(request.securityBuffer);
      if (step.kind === 'done') return await finish(context, request, exchange, step);
      exchange.busy = false;
      context.onEncoded((encoded) => exchange.preauth.add(...encoded));
      return { status: NtStatus.MORE_PROCESSING_REQUIRED, body: { sessionFlags: 0, securityBuffer: step.token } };
    } catch (error) {
      await abandon(context, exchange);
      throw error instanceof WireError ? new StatusError(NtStatus.INVALID_PARAMETER) : error;
    }
  },
};

/** The authentication that the request goes on with, or begins (MS-SMB2 3.3.5.5, 3.3.5.5.1, 3.3.5.5.2). */
function exchangeOf(context: ConnectionContext): SessionSetupExchange {
  const { link, parts, sessionId } = context;
  const running = link.exchanges.get(sessionId);
  if (running !== undefined) return running;
  const again = link.sessions.get(sessionId);
  if (sessionId !== 0n && again === undefined) throw new StatusError(NtStatus.USER_SESSION_DELETED);
  const { maxSessions, maxExchanges } = link.serverLimits;
  if (link.exchanges.size >= maxExchanges || (again === undefined && link.sessions.size >= maxSessions)) {
    throw new StatusError(NtStatus.INSUFFICIENT_RESOURCES);
  }
  const exchange = beginExchange(link, parts, again);
  link.exchanges.set(exchange.sessionId, exchange);
  return exchange;
}

async function finish(
  context: ConnectionContext,
  request: SessionSetupRequest,
  exchange: SessionSetupExchange,
  { outcome, token }: Done,
): Promise<Answer<SessionSetupResponse>> {
  const { link, parts } = context;
  // Nobody is let in without a name: what an anonymous client could ask of IPC$ is who and what is here.
  if (outcome.kind === 'anonymous') throw new StatusError(NtStatus.ACCESS_DENIED);
  const { principal } = exchange.claimed;
  const user =
    principal === undefined ? undefined : parts.services.accounts.userByName(principal.tenant, principal.name);
  if (outcome.kind === 'refused' || principal === undefined || user === undefined) {
    parts.observer.refused?.(link.client, outcome.userName);
    await parts.logons.refused(link.client, context.signal);
    throw new StatusError(NtStatus.LOGON_FAILURE);
  }
  const { again } = exchange;
  if (again !== undefined) {
    // MS-SMB2 3.3.5.5.3: keys stay what they are. Whoever holds the session's opens cannot become another one.
    if (again.ended || again.principal.userId !== principal.userId) throw new StatusError(NtStatus.ACCESS_DENIED);
    link.exchanges.delete(exchange.sessionId);
    context.signWith(again);
    return { sessionFlags: again.encryptData ? SessionFlag.ENCRYPT_DATA : 0, securityBuffer: token };
  }
  await endPrevious(context, request.previousSessionId, exchange);
  // The connection may have gone while the session of before was closing its files.
  if (context.signal.aborted) throw new StatusError(NtStatus.CANCELLED);
  link.exchanges.delete(exchange.sessionId);
  const session = link.begin({
    ...{ id: exchange.sessionId, user, principal },
    ...{ state: parts.services.state, observer: parts.observer },
    ...protection(context, exchange, outcome),
  });
  context.signWith(session);
  return { sessionFlags: session.encryptData ? SessionFlag.ENCRYPT_DATA : 0, securityBuffer: token };
}

/** Signing and encryption under the keys of the new session. */
function protection(context: ConnectionContext, exchange: SessionSetupExchange, outcome: Accepted) {
  const { link, parts } = context;
  const { dialect, cipher, signingAlgorithm } = link;
  const preauth = dialect === Dialect.SMB_3_1_1 ? exchange.preauth.value : undefined;
  const keys = sessionKeys(dialect, outcome.exportedSessionKey, preauth, cipher ?? 0);
  return {
    signing: new Signing(signingAlgorithm, keys.signingKey),
    encryption:
      cipher === undefined
        ? undefined
        : () => new Encryption(cipher, exchange.sessionId, keys.encryptionKey, keys.decryptionKey),
    encryptData: parts.encryption === 'required',
  };
}

/** The client was here before, on a connection that it lost: what it held must not stand in its way (MS-SMB2 3.3.5.5.3). */
async function endPrevious(context: ConnectionContext, id: bigint, exchange: SessionSetupExchange): Promise<void> {
  if (id === 0n || id === exchange.sessionId) return;
  const previous = context.link.table.find(id);
  if (previous === undefined || previous.principal.userId !== exchange.claimed.principal?.userId) return;
  const { clock, observer } = context.parts;
  const patience = Promise.withResolvers<void>();
  const timer = clock.after(PATIENCE, patience.resolve);
  const ended = previous.end().catch((error: unknown) => observer.fault(error));
  await Promise.race([ended, patience.promise]);
  timer.cancel();
}

/** Nothing is left of it; a session that could not prove itself again ends (MS-SMB2 3.3.5.5.3). */
async function abandon(context: ConnectionContext, exchange: SessionSetupExchange): Promise<void> {
  const { link } = context;
  if (!link.exchanges.delete(exchange.sessionId)) return;
  if (exchange.again === undefined) link.table.release(exchange.sessionId);
  else await exchange.again.end(context);
}
