import type { Command } from 'commander';
import { loadSettings } from '../../config/settings.ts';
import type { Surroundings } from '../context.ts';
import { print, settingsRequest } from '../context.ts';

/** `polynas config check` */
export function addConfigCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('config')
    .description('the configuration file')
    .command('check')
    .description('check polynas.yaml, with the files and variables that it names for secrets; needs no running head')
    .action(async (_options: unknown, command: Command) => {
      const settings = await loadSettings(settingsRequest(command, surroundings));
      const { file, dataDirectory, users, shares, volumes } = settings;
      const answer = {
        file: file ?? null,
        dataDirectory,
        volumes: volumes.length,
        users: users.length,
        shares: shares.length,
      };
      print(command, surroundings, answer, () =>
        file === undefined
          ? `No configuration file: the defaults hold. Data directory: ${dataDirectory}`
          : `${file} is good: ${volumes.length} volumes, ${users.length} users, ${shares.length} shares. Data directory: ${dataDirectory}`,
      );
    });
}
