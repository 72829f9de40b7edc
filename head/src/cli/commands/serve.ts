import { isIP } from 'node:net';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { loadSettings } from '../../config/settings.ts';
import type { Surroundings } from '../context.ts';
import { settingsRequest } from '../context.ts';

function parseAddress(text: string): string {
  if (isIP(text) === 0) throw new InvalidArgumentError('Expected an IP address, e.g. 0.0.0.0.');
  return text;
}

/** `polynas serve` */
export function addServeCommand(program: Command, surroundings: Surroundings): void {
  program
    .command('serve')
    .description('start the head and serve until a signal ends it')
    .option(
      '--listen <address>',
      'address of every door, whatever polynas.yaml says (default: 127.0.0.1)',
      parseAddress,
    )
    .action(async (options: { listen?: string }, command: Command) => {
      const settings = await loadSettings({ ...settingsRequest(command, surroundings), listen: options.listen });
      // Loaded here only: other commands need none of its libraries, and start in a fraction of its time.
      const { serve } = await import('../../serve.ts');
      process.exitCode = await serve(settings, surroundings);
      // What a library left open must not keep a stopped head alive; everything that matters has been closed.
      process.exit();
    });
}
