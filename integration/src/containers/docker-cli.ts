import { expectRun, run, type CommandOptions, type Ran } from '../clients/command.ts';

/** What decides which engine `docker` speaks to, with whose registry credentials, and which builder it takes. */
const passedOn = [
  'HOME',
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS_VERIFY',
  'DOCKER_BUILDKIT',
  'XDG_RUNTIME_DIR',
];

function withEnvironment(timeout: number): CommandOptions {
  const entries = passedOn.map((name) => [name, process.env[name]] as const);
  return {
    timeout,
    env: Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined)),
  };
}

/** Runs `docker` with these arguments; a status other than 0 is an error. Returns standard output without its last line end. */
export async function docker(args: readonly string[], timeout = 60_000): Promise<string> {
  return (await expectRun('docker', args, withEnvironment(timeout))).toString().trimEnd();
}

/** Runs `docker` to its end, whatever its status is; -1 when it took longer than `timeout` milliseconds. */
export function tryDocker(args: readonly string[], timeout = 60_000): Promise<Ran> {
  return run('docker', args, withEnvironment(timeout));
}
