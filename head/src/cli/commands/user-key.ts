import type { Command } from 'commander';
import type { KeyAnswer } from '../answers.ts';
import type { Surroundings } from '../context.ts';
import { adminClient, print } from '../context.ts';
import { findUser, userPath } from '../find.ts';
import { readSecret } from '../read-secret.ts';

/** `polynas user key …` */
export function addKeyCommands(user: Command, surroundings: Surroundings): void {
  const key = user.command('key').description('access keys for S3');
  key
    .command('add <name>')
    .description('make an access key: a random one, shown once, unless one is given')
    .option('--tenant <name>', 'tenant', 'default')
    .option('--id <id>', 'id of a given key')
    .option('--secret-stdin', 'read the secret of a given key from standard input')
    .option('--secret-file <file>', 'read the secret of a given key from a file')
    .action(
      async (
        name: string,
        options: Record<'tenant' | 'id' | 'secretFile', string> & { secretStdin?: boolean },
        command: Command,
      ) => {
        const client = await adminClient(command, surroundings);
        const { id } = await findUser(client, options.tenant, name);
        const secret = await readSecret(surroundings, { stdin: options.secretStdin, file: options.secretFile });
        const made = await client.ask<KeyAnswer>('POST', `${userPath(id)}/keys`, { id: options.id, secret });
        const shown = secret === undefined ? made : { id: made.id };
        print(command, surroundings, shown, () =>
          secret === undefined
            ? `Access key  ${made.id}\nSecret key  ${made.secret}\nShown once: note these down.`
            : `Access key ${made.id} set`,
        );
      },
    );
  key
    .command('remove <name> <key>')
    .description('remove an access key by its id')
    .option('--tenant <name>', 'tenant', 'default')
    .action(async (name: string, keyId: string, options: { tenant: string }, command: Command) => {
      const client = await adminClient(command, surroundings);
      const { id } = await findUser(client, options.tenant, name);
      await client.ask('DELETE', `${userPath(id)}/keys/${encodeURIComponent(keyId)}`);
      print(command, surroundings, { removed: keyId }, () => `Access key ${keyId} removed`);
    });
}
