import type { Caller, NfsClientRule, Share } from '@polynas/core/service';
import type { Clock } from '@polynas/core/wire';
import type { Credentials } from '../rpc/credentials.ts';
import type { CallContext } from '../rpc/program.ts';
import { RpcAuthError } from '../rpc/refusal.ts';
import type { NfsServices } from '../services.ts';
import { AuthStat } from '../xdr/rpc.ts';
import { ClientRules } from './rules.ts';

/** From here on a port is anybody's to bind (IPPORT_RESERVED). */
const UNPRIVILEGED = 1024;
/** Milliseconds that a caller is remembered: so old may a user's name be in the audit. */
const CALLER_AGE = 1000;
/** Callers remembered for one set of credentials: shares, and kinds of signal. */
const CALLERS = 8;

type UnixCredentials = Extract<Credentials, { readonly flavor: 'sys' }>;

interface Remembered {
  readonly share: Share;
  readonly signal: AbortSignal;
  readonly client: CallContext['client'];
  readonly caller: Caller;
  readonly until: number;
}

/** Turns a call's credentials and address into a caller, by the rules of the share's NFS door. */
export class Callers {
  private readonly accounts: NfsServices['accounts'];
  private readonly clock: Clock;
  private readonly rules = new ClientRules();
  private readonly remembered = new WeakMap<Credentials, Remembered[]>();

  constructor(accounts: NfsServices['accounts'], clock: Clock) {
    this.accounts = accounts;
    this.clock = clock;
  }

  /** Whether the share has a rule that lets this address in. */
  sees(share: Share, address: string): boolean {
    return share.doors.nfs !== undefined && this.rules.find(share.doors.nfs.rules, address) !== undefined;
  }

  /**
   * @returns `undefined` when the rules do not let the client in
   * @throws RpcAuthError AUTH_TOOWEAK without AUTH_SYS, unless everybody is squashed anyhow
   */
  of(call: CallContext, share: Share): Caller | undefined {
    const now = this.clock.monotonic();
    const known = this.remembered.get(call.credentials);
    const found = known?.find((entry) => fits(entry, call, share, now));
    if (found !== undefined) return found.caller;
    const caller = this.make(call, share);
    if (caller === undefined || call.credentials.flavor === 'none') return caller;
    const { signal, client } = call;
    const kept = known?.filter((entry) => entry.until > now).slice(1 - CALLERS) ?? [];
    kept.push({ share, signal, client, caller, until: now + CALLER_AGE });
    this.remembered.set(call.credentials, kept);
    return caller;
  }

  private make(call: CallContext, share: Share): Caller | undefined {
    const { client, credentials, signal } = call;
    const rule = share.doors.nfs && this.rules.find(share.doors.nfs.rules, client.address);
    if (rule === undefined || (rule.privilegedPort && client.port >= UNPRIVILEGED)) return undefined;
    const { uid, gid, gids } = squashed(rule, credentials);
    return {
      principal: this.accounts.unixPrincipal(share.tenant, uid, gid, gids),
      door: 'nfs',
      client: client.address,
      patience: 'tryLater',
      stateless: true,
      readOnly: rule.access === 'ro',
      signal,
    };
  }
}

function fits(entry: Remembered, call: CallContext, share: Share, now: number): boolean {
  return entry.share === share && entry.signal === call.signal && entry.client === call.client && entry.until > now;
}

/** Who the rule makes of the credentials. Group 0 goes with user 0: nobody keeps root's files open by the group. */
function squashed(rule: NfsClientRule, credentials: Credentials): Pick<UnixCredentials, 'uid' | 'gid' | 'gids'> {
  const { squash, anonymousUid, anonymousGid } = rule;
  if (squash === 'all') return { uid: anonymousUid, gid: anonymousGid, gids: [] };
  if (credentials.flavor === 'none') throw new RpcAuthError(AuthStat.AUTH_TOOWEAK);
  const { uid, gid, gids } = credentials;
  if (squash === 'none') return { uid, gid, gids };
  return {
    uid: uid === 0 ? anonymousUid : uid,
    gid: gid === 0 ? anonymousGid : gid,
    gids: gids.map((group) => (group === 0 ? anonymousGid : group)),
  };
}
