import type { Command } from 'commander';
import { doorTitles } from '../../config/door-titles.ts';
import { HeadError } from '../../head-error.ts';
import type { AdminClient } from '../admin-client.ts';
import { ProblemError } from '../admin-client.ts';
import type { PlainDoorAnswer, ShareAnswer, SpaceAnswer, UserAnswer } from '../answers.ts';
import type { Surroundings } from '../context.ts';
import { adminClient, print } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import { findShare } from '../find.ts';
import type { NfsRule } from '../nfs-rule.ts';
import { collectNfsRule, formatNfsRule } from '../nfs-rule.ts';
import { parseBytes, parseCount, parseId, parseMode } from '../numbers.ts';
import { bytes, table } from '../table.ts';

interface DoorOptions {
  /** Rules; `false` closes the door. */
  readonly nfs?: readonly NfsRule[] | false;
  /** Rules after those that are there. */
  readonly nfsAdd?: readonly NfsRule[];
  readonly nfsAlias?: string;
  /** `true` opens, text is an alias, `false` closes. */
  readonly s3?: string | boolean;
  readonly s3ReadOnly?: boolean;
  readonly smb?: string | boolean;
  readonly smbReadOnly?: boolean;
  readonly swift?: string | boolean;
  readonly swiftReadOnly?: boolean;
}

/** The doors that are opened by naming them: all but NFS, which needs rules. */
const plainDoorNames = ['smb', 's3', 'swift'] as const;

function doorText(share: ShareAnswer): string {
  const { nfs } = share.doors;
  const shown = (door: string) => {
    const name = share.shownAs[door];
    return name === undefined
      ? ' (not shown: its name does not suit this door)'
      : name === share.name
        ? ''
        : ` as ${name}`;
  };
  const parts = [
    ...(nfs ? [`nfs${shown('nfs')} ${nfs.rules.map(formatNfsRule).join(' ')}`] : []),
    ...plainDoorNames.flatMap((name) => {
      const door = share.doors[name];
      return door ? [`${name}${shown(name)}${door.readOnly === true ? ' (ro)' : ''}`] : [];
    }),
  ];
  return parts.join('; ') || 'none';
}

function shareTable(shares: readonly ShareAnswer[]): string {
  const rows = shares.map((share) => [
    share.tenant,
    share.name,
    share.owner,
    share.volume,
    share.readOnly ? 'ro' : 'rw',
    doorText(share),
  ]);
  return table(['TENANT', 'NAME', 'OWNER', 'VOLUME', 'ACCESS', 'DOORS'], rows);
}

function withDoorOptions(command: Command): Command {
  command
    .option(
      '--nfs <rule>',
      'open NFS to clients, e.g. 10.0.0.0/8(rw,root_squash); may be repeated, replaces all rules',
      collectNfsRule,
    )
    .option('--nfs-add <rule>', 'open NFS to further clients; may be repeated', collectNfsRule)
    .option('--nfs-alias <name>', 'name of the export, where it is not the name of the share')
    .option('--no-nfs', 'close NFS');
  for (const name of plainDoorNames) {
    const title = doorTitles[name];
    command
      .option(`--${name} [alias]`, `open ${title}, under another name if given`)
      .option(`--${name}-read-only`, `${title} may only read`)
      .option(`--no-${name}`, `close ${title}`);
  }
  return command;
}

/** What to send for one of the doors that are opened by naming them; `undefined` when no option names it. */
function plainDoorChange(
  asked: string | boolean | undefined,
  readOnly: boolean | undefined,
  present: PlainDoorAnswer | undefined,
): PlainDoorAnswer | null | undefined {
  if (asked === false) return null;
  if (asked === undefined && readOnly !== true) return undefined;
  const alias = typeof asked === 'string' ? asked : present?.alias;
  return { ...(alias !== undefined && { alias }), ...(readOnly === true && { readOnly: true }) };
}

/** What to send for the doors named by options; `undefined` when none is. */
function doorChanges(options: DoorOptions, present?: ShareAnswer['doors']): object | undefined {
  const { nfs, nfsAdd, nfsAlias } = options;
  const before = nfs || present?.nfs?.rules;
  const rules = before || nfsAdd ? [...(before ?? []), ...(nfsAdd ?? [])] : undefined;
  if (nfsAlias !== undefined && nfs !== false && !rules)
    throw new HeadError('--nfs-alias needs --nfs RULE', exitCode.usage);
  const alias = nfsAlias ?? present?.nfs?.alias;
  const named = nfs !== undefined || nfsAdd !== undefined || nfsAlias !== undefined;
  const opensNfs = nfs !== false && rules && named;
  const changes: Record<string, object | null> = {
    ...(nfs === false && { nfs: null }),
    ...(opensNfs && { nfs: { rules, ...(alias !== undefined && { alias }) } }),
  };
  for (const name of plainDoorNames) {
    const change = plainDoorChange(options[name], options[`${name}ReadOnly`], present?.[name]);
    if (change !== undefined) changes[name] = change;
  }
  return Object.keys(changes).length > 0 ? changes : undefined;
}

/** Whoever is the only sensible owner when none is named: the tenant's first administrator. */
interface SpaceOptions {
  readonly quota?: number;
  readonly maxFiles?: number;
  readonly pool?: string;
}

function withSpaceOptions(command: Command): Command {
  return command
    .option('--quota <size>', 'bytes that it may hold, e.g. 500G; 0 is unlimited', parseBytes)
    .option('--max-files <number>', 'files and directories that it may hold; 0 is unlimited', parseCount)
    .option('--pool <name>', 'where the content of new files is kept, on a volume that has pools');
}

/** A limit that is not named stays. */
function quotaOf({ quota, maxFiles }: SpaceOptions, now: SpaceAnswer['quota']): SpaceAnswer['quota'] {
  if (quota === undefined && maxFiles === undefined) return undefined;
  return { maxBytes: quota ?? now?.maxBytes ?? 0, maxFiles: maxFiles ?? now?.maxFiles ?? 0 };
}

function spaceText({ quota, usedBytes, usedFiles, pool }: SpaceAnswer): string {
  const of = (used: string, limit: string | undefined) => `${used} of ${limit ?? 'unlimited'}`;
  const rows = [
    ...(usedBytes === undefined
      ? []
      : [['BYTES', of(bytes(usedBytes), quota?.maxBytes ? bytes(quota.maxBytes) : undefined)]]),
    ...(usedFiles === undefined
      ? []
      : [['FILES', of(String(usedFiles), quota?.maxFiles ? String(quota.maxFiles) : undefined)]]),
    ...(pool === undefined ? [] : [['POOL', pool]]),
  ];
  return rows.length === 0 ? 'Its volume keeps no account of single shares' : table(['', ''], rows).trimStart();
}

async function defaultOwner(client: AdminClient, tenant: string): Promise<string> {
  const { users } = await client.ask<{ users: readonly UserAnswer[] }>(
    'GET',
    `/v1/users?tenant=${encodeURIComponent(tenant)}`,
  );
  const found = users.find((user) => user.administrator && !user.disabled);
  if (!found) throw new HeadError(`tenant ${tenant} has no administrator: name an --owner`, exitCode.usage);
  return found.name;
}

function addShare(parent: Command, surroundings: Surroundings): void {
  const command = parent
    .command('add <name>')
    .description("make a share: a bucket, an export, as its doors say; without any, the tenant's default")
    .option('--tenant <name>', 'tenant', 'default')
    .option('--owner <user>', "owner (default: the tenant's first administrator)")
    .option('--volume <name>', 'volume (default: the first)')
    .option('--mode <octal>', 'permission bits of the top directory (default: 0770)', parseMode)
    .option('--gid <number>', "group of the top directory (default: the owner's)", parseId);
  withSpaceOptions(withDoorOptions(command)).action(
    async (
      name: string,
      options: DoorOptions &
        SpaceOptions & { tenant: string; owner?: string; volume?: string; mode?: number; gid?: number },
      self: Command,
    ) => {
      const client = await adminClient(self, surroundings);
      const { tenant, owner, volume, mode, gid } = options;
      const doors = doorChanges(options);
      const made = await client.ask<ShareAnswer>('POST', '/v1/shares', {
        tenant,
        name,
        owner: owner ?? (await defaultOwner(client, tenant)),
        volume,
        mode,
        gid,
        doors,
        quota: quotaOf(options, undefined),
        pool: options.pool,
      });
      print(self, surroundings, made, (answer) => shareTable([answer]));
    },
  );
}

function changeDoors(parent: Command, surroundings: Surroundings): void {
  const command = parent
    .command('doors <name>')
    .description('open and close doors of a share; what is not named stays')
    .option('--tenant <name>', 'tenant', 'default');
  withDoorOptions(command).action(async (name: string, options: DoorOptions & { tenant: string }, self: Command) => {
    const client = await adminClient(self, surroundings);
    const share = await findShare(client, options.tenant, name);
    const doors = doorChanges(options, share.doors);
    const answer = doors ? await client.ask<ShareAnswer>('PATCH', `/v1/shares/${share.id}`, { doors }) : share;
    print(self, surroundings, answer, (changed) => shareTable([changed]));
  });
}

/** `polynas share …` */
export function addShareCommands(program: Command, surroundings: Surroundings): void {
  const share = program.command('share').description('shares and their doors');
  share
    .command('list')
    .description('list shares')
    .option('--tenant <name>', 'of this tenant only')
    .action(async (options: { tenant?: string }, command: Command) => {
      const client = await adminClient(command, surroundings);
      const query = options.tenant === undefined ? '' : `?tenant=${encodeURIComponent(options.tenant)}`;
      const answer = await client.ask<{ shares: readonly ShareAnswer[] }>('GET', `/v1/shares${query}`);
      print(command, surroundings, answer, ({ shares }) => shareTable(shares));
    });
  addShare(share, surroundings);
  share
    .command('remove <name>')
    .description('remove a share; one that is not empty only with --force')
    .option('--tenant <name>', 'tenant', 'default')
    .option('--force', 'with everything in it')
    .action(async (name: string, options: { tenant: string; force?: boolean }, command: Command) => {
      const client = await adminClient(command, surroundings);
      const { id } = await findShare(client, options.tenant, name);
      await client.ask('DELETE', `/v1/shares/${id}${options.force === true ? '?force=true' : ''}`).catch((error) => {
        if (!(error instanceof ProblemError && error.code === 'notEmpty')) throw error;
        throw new HeadError(`share ${name} is not empty: --force removes it with everything in it`, exitCode.failed, {
          cause: error,
        });
      });
      print(command, surroundings, { removed: name }, () => `Share ${name} removed`);
    });
  changeDoors(share, surroundings);
  share
    .command('space <name>')
    .description('what a share holds, its quota, and the pool where its new files go')
    .option('--tenant <name>', 'tenant', 'default')
    .action(async (name: string, options: { tenant: string }, command: Command) => {
      const client = await adminClient(command, surroundings);
      const { id } = await findShare(client, options.tenant, name);
      print(command, surroundings, await client.ask<SpaceAnswer>('GET', `/v1/shares/${id}/space`), spaceText);
    });
  const set = share
    .command('set <name>')
    .description('change owner, access, quota or pool of a share')
    .option('--tenant <name>', 'tenant', 'default')
    .option('--owner <user>', 'new owner')
    .option('--read-only', 'refuse changes through every door')
    .option('--read-write', 'allow changes again');
  withSpaceOptions(set).action(
    async (
      name: string,
      options: SpaceOptions & { tenant: string; owner?: string; readOnly?: boolean; readWrite?: boolean },
      command: Command,
    ) => {
      if (options.readOnly === true && options.readWrite === true) {
        throw new HeadError('--read-only and --read-write exclude each other', exitCode.usage);
      }
      const readOnly = options.readOnly === true ? true : options.readWrite === true ? false : undefined;
      const client = await adminClient(command, surroundings);
      const { id } = await findShare(client, options.tenant, name);
      const { owner, pool, maxFiles, quota: size } = options;
      const limits = size !== undefined || maxFiles !== undefined;
      const now = limits ? await client.ask<SpaceAnswer>('GET', `/v1/shares/${id}/space`) : undefined;
      const quota = quotaOf(options, now?.quota);
      const changed = await client.ask<ShareAnswer>('PATCH', `/v1/shares/${id}`, { owner, readOnly, quota, pool });
      print(command, surroundings, changed, (answer) => shareTable([answer]));
    },
  );
}
