import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../system-random.ts';
import { takeOwnership } from './owner-lock.ts';

const program = fileURLToPath(new URL('owner-process.ts', import.meta.url));
const children: ChildProcess[] = [];
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polynas-owner-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function contend(): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [data] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: data.toString().trim() };
}

describe('ownership of a data directory', () => {
  it('is refused while another process has it, and passes on when that is killed', async () => {
    const first = await contend();
    expect(first.said).toBe('owner');
    await expect(takeOwnership(directory, systemRandom)).rejects.toThrow(
      `another head (process ${first.child.pid}) has the data directory ${directory}`,
    );
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const ownership = await takeOwnership(directory, systemRandom);
    expect(await readdir(join(directory, 'lock'))).toHaveLength(1);
    await ownership.release();
    expect(await readdir(join(directory, 'lock'))).toEqual([]);
  });

  it('is refused while the owner is stopped', async () => {
    const first = await contend();
    first.child.kill('SIGSTOP');
    await expect(takeOwnership(directory, systemRandom)).rejects.toThrow(/another head has the data directory/);
    first.child.kill('SIGCONT');
  });

  it('never goes to two that start at once', async () => {
    const said = (await Promise.all(Array.from({ length: 5 }, contend))).map((each) => each.said);
    expect(said.filter((each) => each === 'owner').length).toBeLessThanOrEqual(1);
    expect(said.filter((each) => each.startsWith('refused: another head')).length).toBeGreaterThanOrEqual(4);
  });

  it('works below a path that is too long for a socket address', async () => {
    directory = join(directory, 'x'.repeat(120));
    await mkdir(directory);
    const ownership = await takeOwnership(directory, systemRandom);
    await expect(takeOwnership(directory, systemRandom)).rejects.toThrow(/another head/);
    await ownership.release();
    await (await takeOwnership(directory, systemRandom)).release();
  });
});
