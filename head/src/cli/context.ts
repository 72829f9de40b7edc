import type { Command } from 'commander';
import { loadSettings } from '../config/settings.ts';
import type { SettingsRequest } from '../config/settings.ts';
import { AdminClient } from './admin-client.ts';
import { resolve } from 'node:path';

export interface GlobalOptions {
  readonly config?: string;
  readonly data?: string;
  readonly socket?: string;
  readonly json?: boolean;
}

/** What commands are given from outside, so that tests can give something else. */
export interface Surroundings {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
}

export function settingsRequest(command: Command, surroundings: Surroundings): SettingsRequest {
  const { config, data } = command.optsWithGlobals<GlobalOptions>();
  return { config, data, cwd: surroundings.cwd, environment: surroundings.environment };
}

/** The admin API of the head that the options, the environment and polynas.yaml point to. */
export async function adminClient(command: Command, surroundings: Surroundings): Promise<AdminClient> {
  const { socket } = command.optsWithGlobals<GlobalOptions>();
  const given = socket ?? surroundings.environment.POLYNAS_SOCKET;
  if (given !== undefined) return new AdminClient(resolve(surroundings.cwd, given));
  const { admin } = await loadSettings(settingsRequest(command, surroundings));
  return new AdminClient(admin.socket);
}

/** Prints the answer as JSON with `--json`, else what `people` makes of it. */
export function print<T>(command: Command, { stdout }: Surroundings, answer: T, people: (answer: T) => string): void {
  const { json } = command.optsWithGlobals<GlobalOptions>();
  const text = json === true ? JSON.stringify(answer, undefined, 2) : people(answer);
  if (text !== '') stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}
