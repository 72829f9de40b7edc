import {
  identityOf,
  machineSid,
  sidOfGid,
  sidOfUid,
  UNIX_GROUPS,
  UNIX_USERS,
  WellKnownSid,
} from '../../security/identity.ts';
import type { RpcCall } from '../context.ts';

/** SID_NAME_USE (MS-LSAT 2.2.13). */
export const SidUse = { USER: 1, GROUP: 2, DOMAIN: 3, ALIAS: 4, WELL_KNOWN_GROUP: 5, UNKNOWN: 8 } as const;

export interface Domain {
  readonly name: string;
  readonly sid: string;
}

/** What clients show for a SID: `domain.name\name`. */
export interface Account {
  readonly sid: string;
  readonly use: number;
  /** Empty for a domain itself. */
  readonly name: string;
  readonly domain: Domain;
}

const UNIX_USER: Domain = { name: 'Unix User', sid: UNIX_USERS };
const UNIX_GROUP: Domain = { name: 'Unix Group', sid: UNIX_GROUPS };
const WORLD: Domain = { name: '', sid: 'S-1-1' };
const CREATOR: Domain = { name: '', sid: 'S-1-3' };
const NT_AUTHORITY: Domain = { name: 'NT AUTHORITY', sid: 'S-1-5' };
const BUILTIN: Domain = { name: 'BUILTIN', sid: 'S-1-5-32' };

/** Windows' own names for them. */
const WELL_KNOWN: readonly Account[] = [
  wellKnown(WellKnownSid.EVERYONE, WORLD, 'Everyone'),
  wellKnown(WellKnownSid.CREATOR_OWNER, CREATOR, 'CREATOR OWNER'),
  wellKnown(WellKnownSid.CREATOR_GROUP, CREATOR, 'CREATOR GROUP'),
  wellKnown(WellKnownSid.NETWORK, NT_AUTHORITY, 'NETWORK'),
  wellKnown(WellKnownSid.ANONYMOUS, NT_AUTHORITY, 'ANONYMOUS LOGON'),
  wellKnown(WellKnownSid.AUTHENTICATED_USERS, NT_AUTHORITY, 'Authenticated Users'),
  wellKnown(WellKnownSid.SYSTEM, NT_AUTHORITY, 'SYSTEM'),
  { sid: WellKnownSid.ADMINISTRATORS, use: SidUse.ALIAS, domain: BUILTIN, name: 'Administrators' },
  { sid: WellKnownSid.USERS, use: SidUse.ALIAS, domain: BUILTIN, name: 'Users' },
  { sid: WellKnownSid.GUESTS, use: SidUse.ALIAS, domain: BUILTIN, name: 'Guests' },
];

function wellKnown(sid: string, domain: Domain, name: string): Account {
  return { sid, use: SidUse.WELL_KNOWN_GROUP, domain, name };
}

/** The largest uid and gid; the one above means nobody. */
const MAX_NUMBER = 0xffff_fffe;
const ROOT = 'root';

/** The server's own domain: it says who the server is; users and groups have SIDs of their numbers. */
export function serverDomain(call: RpcCall): Domain {
  return { name: call.serverName, sid: machineSid(call.serverGuid) };
}

/** Domains that can be asked for by name alone, or by their SID. */
function domains(call: RpcCall): readonly Domain[] {
  return [serverDomain(call), BUILTIN, NT_AUTHORITY, UNIX_USER, UNIX_GROUP];
}

function domainItself(domain: Domain): Account {
  return { sid: domain.sid, use: SidUse.DOMAIN, domain, name: '' };
}

/** A user as the tenant knows it; a number that nobody has is its own name, as `ls` shows it. */
function userOf(call: RpcCall, uid: number): Account {
  const user = call.services.accounts.userByUid(call.tenant, uid);
  const name = user?.name ?? (uid === 0 ? ROOT : `${uid}`);
  return { sid: sidOfUid(uid), use: SidUse.USER, domain: UNIX_USER, name };
}

/** Groups have numbers only. The one that a user was made with bears its name. */
function groupOf(call: RpcCall, gid: number): Account {
  const user = call.services.accounts.userByUid(call.tenant, gid);
  const name = user?.gid === gid ? user.name : gid === 0 ? ROOT : `${gid}`;
  return { sid: sidOfGid(gid), use: SidUse.GROUP, domain: UNIX_GROUP, name };
}

/** `undefined`: nobody that this server knows. */
export function accountOfSid(call: RpcCall, sid: string): Account | undefined {
  const identity = identityOf(sid);
  if (identity?.kind === 'user') return userOf(call, identity.uid);
  if (identity?.kind === 'group') return groupOf(call, identity.gid);
  const known = WELL_KNOWN.find((account) => account.sid === sid);
  if (known !== undefined) return known;
  const domain = domains(call).find((one) => one.sid === sid);
  return domain && domainItself(domain);
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** @param name `domain\name`, `name`, or a domain as `domain` or `domain\`; in any case of letters */
export function accountOfName(call: RpcCall, name: string): Account | undefined {
  const at = name.indexOf('\\');
  if (at < 0) return accountOfIsolatedName(call, name);
  const [domain, account] = [name.slice(0, at), name.slice(at + 1)];
  if (account === '') return domainByName(call, domain);
  if (same(domain, UNIX_USER.name)) return userByName(call, account) ?? byNumber(account, userOf.bind(undefined, call));
  if (same(domain, UNIX_GROUP.name))
    return groupByName(call, account) ?? byNumber(account, groupOf.bind(undefined, call));
  if (same(domain, call.serverName)) return userByName(call, account);
  return WELL_KNOWN.find((one) => same(one.domain.name, domain) && same(one.name, account));
}

/** MS-LSAT 3.1.4.5: well-known names first, then domains, then accounts. */
function accountOfIsolatedName(call: RpcCall, name: string): Account | undefined {
  const known = WELL_KNOWN.find((one) => same(one.name, name));
  if (known !== undefined) return known;
  return domainByName(call, name) ?? userByName(call, name) ?? userByLogonName(call, name);
}

/** `user@tenant`, as users log on, and `user@server`. */
function userByLogonName(call: RpcCall, name: string): Account | undefined {
  const at = name.lastIndexOf('@');
  const domain = name.slice(at + 1);
  if (at < 0 || !(domain === call.tenant || same(domain, call.serverName))) return undefined;
  return userByName(call, name.slice(0, at));
}

function domainByName(call: RpcCall, name: string): Account | undefined {
  const domain = domains(call).find((one) => same(one.name, name));
  return domain && domainItself(domain);
}

function userByName(call: RpcCall, name: string): Account | undefined {
  const user = call.services.accounts.userByName(call.tenant, name);
  if (user !== undefined) return userOf(call, user.uid);
  return same(name, ROOT) ? userOf(call, 0) : undefined;
}

function groupByName(call: RpcCall, name: string): Account | undefined {
  const user = call.services.accounts.userByName(call.tenant, name);
  if (user !== undefined && user.gid === user.uid) return groupOf(call, user.gid);
  return same(name, ROOT) ? groupOf(call, 0) : undefined;
}

/** A name that is a number: what was shown for it can be entered again. */
function byNumber(text: string, account: (number: number) => Account): Account | undefined {
  if (!/^\d{1,10}$/.test(text) || Number(text) > MAX_NUMBER) return undefined;
  return account(Number(text));
}
