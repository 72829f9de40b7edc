import type { DoorName, Share } from '@polynas/core/service';
import type { Settings } from '../config/settings.ts';
import type { FirstStart } from './first-start.ts';

interface DoorPlace {
  readonly address: string;
  readonly port: number;
}

export interface BannerFacts {
  readonly version: string;
  readonly settings: Settings;
  /** Where doors listen: ports are the real ones. */
  readonly nfs?: { readonly address: string; readonly port: number; readonly mountPort: number } | undefined;
  readonly s3?: DoorPlace | undefined;
  readonly smb?: DoorPlace | undefined;
  readonly swift?: DoorPlace | undefined;
  readonly shares: readonly Share[];
  /** The name under which a door shows a share. */
  readonly nameAt: (door: DoorName, share: Share) => string | undefined;
  /** An address of this machine that others reach, for doors that listen on all. */
  readonly hostAddress: string;
  readonly firstStart?: FirstStart | undefined;
}

/** uid of nobody, whom rules squash to unless they say otherwise. */
const nobody = 65_534;
/** Shares whose commands are printed; the others are in `polynas share list`. */
const shownShares = 3;

function reachable(address: string, hostAddress: string): string {
  const host = address === '0.0.0.0' || address === '::' ? hostAddress : address;
  return host.includes(':') ? `[${host}]` : host;
}

/** A word for a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function nfsCommand(facts: BannerFacts, share: Share): string | undefined {
  const name = facts.nameAt('nfs', share);
  if (!facts.nfs || name === undefined) return undefined;
  const { address, port, mountPort } = facts.nfs;
  const path = share.tenant === 'default' ? `/${name}` : `/@${share.tenant}/${name}`;
  const target = shellWord(`${reachable(address, facts.hostAddress)}:${path}`);
  return `mount -t nfs -o vers=3,proto=tcp,port=${port},mountport=${mountPort},mountproto=tcp,nolock ${target} /mnt`;
}

function s3Command(facts: BannerFacts, share: Share): string | undefined {
  const name = facts.nameAt('s3', share);
  if (!facts.s3 || name === undefined) return undefined;
  const endpoint = `http://${reachable(facts.s3.address, facts.hostAddress)}:${facts.s3.port}`;
  return `aws --endpoint-url ${endpoint} s3 ls ${shellWord(`s3://${name}/`)}`;
}

/** A user of another tenant says whose it is: `name@tenant`. */
function userOf(facts: BannerFacts, share: Share): string {
  const name = facts.firstStart?.user.name ?? 'USER';
  return share.tenant === 'default' ? name : `${name}@${share.tenant}`;
}

function smbCommand(facts: BannerFacts, share: Share): string | undefined {
  const name = facts.nameAt('smb', share);
  if (!facts.smb || name === undefined) return undefined;
  const { address, port } = facts.smb;
  const host = reachable(address, facts.hostAddress);
  return `smbclient -p ${port} -U ${shellWord(userOf(facts, share))} ${shellWord(`//${host}/${name}`)}`;
}

function swiftCommand(facts: BannerFacts, share: Share): string | undefined {
  const name = facts.nameAt('swift', share);
  if (!facts.swift || name === undefined) return undefined;
  const endpoint = `http://${reachable(facts.swift.address, facts.hostAddress)}:${facts.swift.port}/auth/v1.0`;
  const user = `${share.tenant}:${facts.firstStart?.user.name ?? 'USER'}`;
  return `swift -A ${endpoint} -U ${shellWord(user)} -K PASSWORD list ${shellWord(name)}`;
}

function shareLines(facts: BannerFacts, share: Share): string[] {
  const nfs = nfsCommand(facts, share);
  const s3 = s3Command(facts, share);
  const smb = smbCommand(facts, share);
  const swift = swiftCommand(facts, share);
  const none = [nfs, s3, smb, swift].every((command) => command === undefined);
  const owner = share.tenant === 'default' ? '' : ` of tenant ${share.tenant}`;
  return [
    '',
    `  Share ${share.name}${owner}`,
    ...(nfs === undefined ? [] : [`    NFS (as root)   ${nfs}`]),
    ...(smb === undefined ? [] : [`    SMB             ${smb}`]),
    ...(s3 === undefined ? [] : [`    S3              ${s3}`]),
    ...(swift === undefined ? [] : [`    Swift           ${swift}`]),
    ...(none ? ['    no door is open: polynas share doors --help'] : []),
  ];
}

function credentialLines({ user, password, key }: FirstStart, region: string): string[] {
  return [
    '',
    '  Shown once: note these down.',
    `    Administrator   ${user.name}`,
    `    Password        ${password}`,
    `    Access key      ${key.id}`,
    `    Secret key      ${key.secret}`,
    '',
    '  For the AWS CLI and other S3 clients:',
    `    export AWS_ACCESS_KEY_ID=${key.id}`,
    `    export AWS_SECRET_ACCESS_KEY=${key.secret}`,
    `    export AWS_DEFAULT_REGION=${region}`,
  ];
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** The command that opens the NFS door of a share to a network: clients squashed as the share's first rule does. */
function ruleCommand(share: Share | undefined): string {
  const rule = share?.doors.nfs?.rules[0];
  const owned = rule !== undefined && rule.anonymousUid !== nobody;
  const squashed = owned ? `,anonuid=${rule.anonymousUid},anongid=${rule.anonymousGid}` : '';
  return `npx polynas share doors ${share ? shellWord(share.name) : 'NAME'} --nfs-add '192.168.1.0/24(rw${squashed})'`;
}

function reachLines(facts: BannerFacts): string[] {
  const { nfs, s3, smb, swift, shares } = facts;
  const addresses = [nfs, s3, smb, swift].map((door) => door?.address).filter((address) => address !== undefined);
  if (addresses.length > 0 && addresses.every(isLoopback)) {
    return [
      '',
      '  Only this machine can connect. To open the doors to a network, and the NFS door of a share to clients in it:',
      '    npm start -- --listen 0.0.0.0',
      `    ${ruleCommand(shares[0])}`,
    ];
  }
  const closed = shares.find((share) => share.doors.nfs?.rules.every(({ clients }) => isLoopback(clients)));
  if (!nfs || isLoopback(nfs.address) || !closed) return [];
  return [
    '',
    `  NFS rules of share ${closed.name} name this machine's loopback only. To let a network in:`,
    `    ${ruleCommand(closed)}`,
  ];
}

/** What `polynas serve` prints when it is ready: how to connect through each door, and at the first start, once, the credentials. */
export function banner(facts: BannerFacts): string {
  const { settings, firstStart } = facts;
  const more = facts.shares.length - shownShares;
  const lines = [
    `Polynas ${facts.version} is ready. Data directory: ${settings.dataDirectory}`,
    ...(settings.file === undefined ? [] : [`Configuration: ${settings.file}`]),
    ...(firstStart ? credentialLines(firstStart, settings.doors.s3.region) : []),
    ...facts.shares.slice(0, shownShares).flatMap((share) => shareLines(facts, share)),
    ...(more > 0 ? ['', `  and ${more} more: npx polynas share list`] : []),
    ...reachLines(facts),
    '',
    `  npx polynas status${firstStart ? '' : ', npx polynas user password NAME, npx polynas user key add NAME'}`,
  ];
  return `${lines.join('\n')}\n`;
}
