import type { Command } from 'commander';
import { readablePassword } from '../../start/readable-password.ts';
import { systemRandom } from '../../system-random.ts';
import type { KeyAnswer, UserAnswer } from '../answers.ts';
import type { Surroundings } from '../context.ts';
import { adminClient, print } from '../context.ts';
import { findUser, userPath } from '../find.ts';
import { parseId, parseIds } from '../numbers.ts';
import { promptPassword, readSecret } from '../read-secret.ts';
import { table } from '../table.ts';
import { addKeyCommands } from './user-key.ts';

interface TenantOption {
  readonly tenant: string;
}

interface PasswordOptions {
  readonly passwordStdin?: boolean;
  readonly passwordFile?: string;
}

function userTable(users: readonly UserAnswer[]): string {
  const rows = users.map((user) => [
    user.tenant,
    user.name,
    String(user.uid),
    String(user.gid),
    user.groups.join(',') || '-',
    [user.administrator ? 'administrator' : 'user', ...(user.disabled ? ['disabled'] : [])].join(', '),
    user.accessKeys.map(({ id }) => id).join(', ') || '-',
  ]);
  return table(['TENANT', 'NAME', 'UID', 'GID', 'GROUPS', 'ROLE', 'ACCESS KEYS'], rows);
}

function createdText({
  user,
  keys,
  password,
}: {
  user: UserAnswer;
  keys: readonly KeyAnswer[];
  password?: string;
}): string {
  const lines = [`User ${user.name} made: uid ${user.uid}, gid ${user.gid}`];
  if (password !== undefined) lines.push(`Password    ${password}`);
  for (const key of keys) lines.push(`Access key  ${key.id}`, `Secret key  ${key.secret}`);
  if (password !== undefined || keys.length > 0) lines.push('Shown once: note these down.');
  return lines.join('\n');
}

function addUser(parent: Command, surroundings: Surroundings): void {
  parent
    .command('add <name>')
    .description('make a user; without options with a random password and a random access key, shown once')
    .option('--tenant <name>', 'tenant', 'default')
    .option('--uid <number>', 'uid (default: the next free one from 10000)', parseId)
    .option('--gid <number>', "gid (default: the uid's number)", parseId)
    .option('--groups <list>', 'further groups, separated by commas', parseIds)
    .option('--administrator', 'may administrate')
    .option('--password-stdin', 'read the password from standard input')
    .option('--password-file <file>', 'read the password from a file')
    .option('--no-password', 'no password: access keys only')
    .option('--no-key', 'no access key')
    .action(
      async (name: string, options: TenantOption & PasswordOptions & Record<string, unknown>, command: Command) => {
        const { tenant, uid, gid, groups, administrator, password: wantsPassword, key: wantsKey } = options;
        const client = await adminClient(command, surroundings);
        const given = await readSecret(surroundings, { stdin: options.passwordStdin, file: options.passwordFile });
        const random = given === undefined && wantsPassword !== false ? readablePassword(systemRandom) : undefined;
        const password = given ?? random;
        const made = await client.ask<{ user: UserAnswer; keys: readonly KeyAnswer[] }>('POST', '/v1/users', {
          tenant,
          name,
          uid,
          gid,
          groups,
          administrator,
          password,
          ...(wantsKey === false && { accessKeys: [] }),
        });
        print(command, surroundings, { ...made, ...(random !== undefined && { password: random }) }, createdText);
      },
    );
}

function changePassword(parent: Command, surroundings: Surroundings): void {
  parent
    .command('password <name>')
    .description('set a password: asked for on the terminal, unless an option says otherwise')
    .option('--tenant <name>', 'tenant', 'default')
    .option('--password-stdin', 'read it from standard input')
    .option('--password-file <file>', 'read it from a file')
    .option('--random', 'make a random one and show it once')
    .action(async (name: string, options: TenantOption & PasswordOptions & { random?: boolean }, command: Command) => {
      const client = await adminClient(command, surroundings);
      const user = await findUser(client, options.tenant, name);
      const random = options.random === true ? readablePassword(systemRandom) : undefined;
      const given = await readSecret(surroundings, { stdin: options.passwordStdin, file: options.passwordFile });
      const password = random ?? given ?? (await promptPassword(surroundings));
      await client.ask('PATCH', userPath(user.id), { password });
      const answer = { user: user.name, ...(random !== undefined && { password: random }) };
      print(command, surroundings, answer, () =>
        random === undefined ? `Password of ${user.name} set` : `Password of ${user.name}: ${random}`,
      );
    });
}

function change(
  parent: Command,
  surroundings: Surroundings,
  name: string,
  description: string,
  changes: (values: readonly string[]) => object,
): void {
  parent
    .command(name)
    .description(description)
    .option('--tenant <name>', 'tenant', 'default')
    .action(async (...values: unknown[]) => {
      const command = values.at(-1) as Command;
      const [user = '', ...rest] = command.args;
      const client = await adminClient(command, surroundings);
      const { id } = await findUser(client, command.opts<TenantOption>().tenant, user);
      const changed = await client.ask<UserAnswer>('PATCH', userPath(id), changes(rest));
      print(command, surroundings, changed, (answer) => userTable([answer]));
    });
}

/** `polynas user …` */
export function addUserCommands(program: Command, surroundings: Surroundings): void {
  const user = program.command('user').description('users, their passwords and access keys');
  user
    .command('list')
    .description('list users')
    .option('--tenant <name>', 'of this tenant only')
    .action(async (options: { tenant?: string }, command: Command) => {
      const client = await adminClient(command, surroundings);
      const query = options.tenant === undefined ? '' : `?tenant=${encodeURIComponent(options.tenant)}`;
      const answer = await client.ask<{ users: readonly UserAnswer[] }>('GET', `/v1/users${query}`);
      print(command, surroundings, answer, ({ users }) => userTable(users));
    });
  addUser(user, surroundings);
  user
    .command('remove <name>')
    .description('remove a user who owns no share; files keep the uid')
    .option('--tenant <name>', 'tenant', 'default')
    .action(async (name: string, options: TenantOption, command: Command) => {
      const client = await adminClient(command, surroundings);
      const { id } = await findUser(client, options.tenant, name);
      await client.ask('DELETE', userPath(id));
      print(command, surroundings, { removed: name }, () => `User ${name} removed`);
    });
  changePassword(user, surroundings);
  change(user, surroundings, 'disable <name>', 'refuse a user at every door', () => ({ disabled: true }));
  change(user, surroundings, 'enable <name>', 'let a disabled user in again', () => ({ disabled: false }));
  change(
    user,
    surroundings,
    'groups <name> [gids]',
    'set the further groups of a user: 100,200 or nothing',
    ([gids = '']) => ({
      groups: parseIds(gids),
    }),
  );
  addKeyCommands(user, surroundings);
}
