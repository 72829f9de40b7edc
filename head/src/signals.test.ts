import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('signals-process.ts', import.meta.url));

function start(how?: string) {
  const child = spawn(process.execPath, [program, ...(how === undefined ? [] : [how])]);
  let out = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  const said = async (text: string) => {
    while (!out.includes(text)) await once(child.stdout, 'data');
  };
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
  return { child, said, exit };
}

describe('signals', () => {
  it('stop in order at the first, at once at a second one', async () => {
    const { child, said, exit } = start();
    await said('waiting');
    child.kill('SIGHUP');
    child.kill('SIGINT');
    await said('SIGINT 0');
    // The start script and the terminal both send one: not a second wish.
    child.kill('SIGINT');
    await sleep(1100);
    expect(child.exitCode).toBeNull();
    child.kill('SIGTERM');
    expect((await exit)[0]).toBe(130);
  });

  it.each([
    ['throw', 'uncaughtException 1'],
    ['reject', 'unhandledRejection 1'],
  ])('are not needed to stop after a fault: %s', async (how, line) => {
    const { said, exit } = start(how);
    await said(line);
    expect((await exit)[0]).toBe(0);
  });
});
