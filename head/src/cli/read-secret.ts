import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { HeadError } from '../head-error.ts';
import { messageOf } from '../system-error.ts';
import type { Surroundings } from './context.ts';
import { exitCode } from './exit-code.ts';

/** Bytes of a secret that comes by standard input. */
const maxBytes = 4096;

async function firstLine({ stdin }: Surroundings): Promise<string> {
  let text = '';
  stdin.setEncoding('utf8');
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > maxBytes) throw new HeadError('standard input is too long for a secret', exitCode.usage);
  }
  return text.split(/\r?\n/)[0] ?? '';
}

/** Asks on the terminal, without showing what is typed. */
function prompt({ stdin, stderr }: Surroundings, question: string): Promise<string> {
  stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: stdin, output: silent, terminal: true });
  return new Promise((resolvePrompt, reject) => {
    reader.once('SIGINT', () => {
      reader.close();
      reject(new HeadError('interrupted', exitCode.failed));
    });
    reader.question('', (answer) => {
      reader.close();
      stderr.write('\n');
      resolvePrompt(answer);
    });
  });
}

/** Never from the command line itself, where every user of the machine can read it. */
export async function readSecret(
  surroundings: Surroundings,
  source: { readonly stdin?: boolean | undefined; readonly file?: string | undefined },
): Promise<string | undefined> {
  if (source.stdin === true) return firstLine(surroundings);
  if (source.file === undefined) return undefined;
  try {
    const text = await readFile(resolve(surroundings.cwd, source.file), 'utf8');
    return text.replace(/\r?\n$/, '');
  } catch (error) {
    throw new HeadError(`${source.file} cannot be read: ${messageOf(error)}`, exitCode.usage, { cause: error });
  }
}

/** Asks twice; only on a terminal. */
export async function promptPassword(surroundings: Surroundings): Promise<string> {
  if (!surroundings.stdin.isTTY) {
    throw new HeadError(
      'no terminal to ask for a password: use --password-stdin, --password-file or --random',
      exitCode.usage,
    );
  }
  const password = await prompt(surroundings, 'New password: ');
  if ((await prompt(surroundings, 'Again: ')) !== password) throw new HeadError('the two differ', exitCode.usage);
  return password;
}
