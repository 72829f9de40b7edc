import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCode } from '../cli/exit-code.ts';
import { HeadError } from '../head-error.ts';
import { messageOf, systemCode } from '../system-error.ts';
import type { ReplaceStep } from './atomic-file.ts';
import { replaceFile } from './atomic-file.ts';

export function registryPath(dataDirectory: string): string {
  return join(dataDirectory, 'state', 'registry.json');
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Tenants, users and shares as a JSON file (mode 0600) that is replaced whole. What is secret in `State` has been sealed
 * or hashed before it comes here.
 */
export class RegistryFile<State extends object> {
  readonly #path: string;
  readonly #beforeStep: (step: ReplaceStep) => void;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string, beforeStep: (step: ReplaceStep) => void = () => undefined) {
    this.#path = path;
    this.#beforeStep = beforeStep;
  }

  /** `undefined` when nothing was ever saved. */
  async load(): Promise<State | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw new HeadError(`${this.#path} cannot be read: ${messageOf(error)}`, exitCode.data, { cause: error });
    }
    const parsed = parsedOrUndefined(text);
    if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) return parsed as State;
    throw new HeadError(`${this.#path} is damaged: restore it from a backup`, exitCode.data);
  }

  /** Durable when answered; a rejected save left the former state. One after another. */
  save(state: State): Promise<void> {
    const turn = this.#last.then(() =>
      replaceFile(this.#path, `${JSON.stringify(state, undefined, 2)}\n`, this.#beforeStep),
    );
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
