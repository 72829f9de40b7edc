import { Command, CommanderError } from 'commander';
import { HeadError } from '../head-error.ts';
import { version } from '../version.ts';
import { addConfigCommands } from './commands/config.ts';
import { addServeCommand } from './commands/serve.ts';
import { addShareCommands } from './commands/share.ts';
import { addStatusCommands } from './commands/status.ts';
import { addTenantCommands } from './commands/tenant.ts';
import { addUserCommands } from './commands/user.ts';
import type { Surroundings } from './context.ts';
import type { ExitCode } from './exit-code.ts';
import { exitCode } from './exit-code.ts';

function build(surroundings: Surroundings): Command {
  const program = new Command('polynas')
    .description('One NAS head for NFS and S3 over one tree of files')
    .version(version)
    .option('--config <file>', 'configuration file (default: $POLYNAS_CONFIG, else ./polynas.yaml if there)')
    .option('--data <directory>', 'data directory (default: as configured, else $POLYNAS_DATA, else ./polynas-data)')
    .option('--socket <path>', "the running head's admin socket (default: $POLYNAS_SOCKET, else as configured)")
    .option('--json', 'answer in JSON')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void surroundings.stdout.write(text),
      writeErr: (text) => void surroundings.stderr.write(text),
    })
    .showHelpAfterError('(--help tells more)');
  addServeCommand(program, surroundings);
  addStatusCommands(program, surroundings);
  addUserCommands(program, surroundings);
  addShareCommands(program, surroundings);
  addTenantCommands(program, surroundings);
  addConfigCommands(program, surroundings);
  acceptGlobals(program);
  return program;
}

/** Lets people write `polynas status --json` as well as `polynas --json status`. */
function acceptGlobals(program: Command): void {
  const inherit = (command: Command) => {
    for (const child of command.commands) {
      for (const option of program.options) {
        const known = child.options.some((own) => own.long === option.long) || option.long === '--version';
        if (!known && child.commands.length === 0) child.addOption(hiddenCopy(option));
      }
      inherit(child);
    }
  };
  inherit(program);
}

function hiddenCopy(option: Command['options'][number]): Command['options'][number] {
  const copy = Object.assign(Object.create(Object.getPrototypeOf(option) as object) as typeof option, option);
  return copy.hideHelp();
}

/** Runs a command line (without `node polynas`). Resolves to the exit code; whatever went wrong has been told on stderr. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  try {
    await build(surroundings).parseAsync([...args], { from: 'user' });
    return exitCode.done;
  } catch (error) {
    // Commander has told it already; help and version end in an "error" with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage;
    if (!(error instanceof HeadError)) throw error;
    surroundings.stderr.write(`${error.message.replace(/^/gm, 'polynas: ')}\n`);
    return error.exitCode;
  }
}
