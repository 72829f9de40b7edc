import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { cpuSeconds } from './cpu-time.ts';

it.runIf(process.platform === 'linux')('counts a process and its descendants', async () => {
  // The shell waits; its child works until it is told to end.
  const shell = spawn('sh', ['-c', 'while :; do :; done & echo started; cat; kill $!'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(shell.stdout, 'data');
  const pid = shell.pid ?? 0;
  const before = cpuSeconds([pid]);
  await expect.poll(() => cpuSeconds([pid]) - before, { timeout: 20_000 }).toBeGreaterThan(0.05);
  shell.stdin.end();
  await once(shell, 'exit');
  expect(cpuSeconds([pid])).toBe(0);
});

it.runIf(process.platform === 'linux')('counts children that have ended', async () => {
  const work = 'i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done';
  const shell = spawn('sh', ['-c', `(${work}); echo done; cat`], { stdio: ['pipe', 'pipe', 'ignore'] });
  await once(shell.stdout, 'data');
  expect(cpuSeconds([shell.pid ?? 0])).toBeGreaterThan(0.05);
  shell.stdin.end();
  await once(shell, 'exit');
});
