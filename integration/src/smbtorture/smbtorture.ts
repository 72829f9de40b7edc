import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { missingProgram } from '../clients/available.ts';
import { expectRun, programPath } from '../clients/command.ts';
import type { SmbTarget } from '../clients/store-client.ts';
import { endWithParent } from '../kernel/children.ts';
import { SubunitReader, type TestResult } from './subunit.ts';

export interface TortureOptions {
  /** A folder for what smbtorture writes beside. */
  readonly directory: string;
  /** After so many seconds without an end a test has failed, and the others go on. */
  readonly secondsPerTest: number;
  /** As the samba suite calls the server: `samba3`, `win7`; none when not given. */
  readonly kind?: string;
  readonly onResult?: (result: TestResult) => void;
}

/** Why smbtorture cannot run here. */
export function smbtortureUnavailable(): string | undefined {
  return missingProgram('smbtorture', 'samba-testsuite');
}

/** The tests of a suite, by full names. */
export async function testsOf(suite: string): Promise<string[]> {
  const listed = (await expectRun('smbtorture', ['--list', suite])).toString();
  // A suite's test case comes before each test, by the same name: `smb2.read.eof.eof`.
  const names = listed.split('\n').map((line) => line.trim().replace(/\.[^.]+$/, ''));
  return names.filter((name) => name === suite || name.startsWith(`${suite}.`));
}

/** Runs tests one after the other in as few processes as they allow: one that hangs or dies is taken out, and the rest goes on. */
export async function runTorture(
  target: SmbTarget,
  tests: readonly string[],
  options: TortureOptions,
): Promise<TestResult[]> {
  const results = new Map<string, TestResult>();
  const note = (result: TestResult): void => {
    results.set(result.test, result);
    options.onResult?.(result);
  };
  for (;;) {
    const left = tests.filter((test) => !results.has(test));
    if (left.length === 0) return [...results.values()];
    const { unfinished, said } = await runProcess(target, left, options, note);
    if (unfinished !== undefined) note({ test: unfinished, outcome: 'failed', why: said });
    // Not even begun: nothing of it will come another time either.
    else if (left.every((test) => !results.has(test)))
      note({ test: left[0]!, outcome: 'failed', why: `not run: ${said}` });
  }
}

/** One process over several tests; ends with the first that takes too long. */
async function runProcess(
  target: SmbTarget,
  tests: readonly string[],
  { directory, secondsPerTest, kind }: TortureOptions,
  onResult: (result: TestResult) => void,
): Promise<{ unfinished: string | undefined; said: string }> {
  const { address, port, share, user, password } = target;
  const args = [
    ...[`//${address}/${share}`, '--smb-ports', String(port), '--user', `${user}%${password}`],
    ...['--configfile', '/dev/null', '--format', 'subunit', '--fullname', '--basedir', directory],
    // Of the loads, in seconds.
    ...[
      '--option=torture:timelimit=3',
      '--option=torture:progress=no',
      ...(kind === undefined ? [] : ['--target', kind]),
    ],
    ...tests,
  ];
  const [program = '', ...rest] = [...endWithParent, programPath('smbtorture') ?? 'smbtorture', ...args];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], cwd: directory });
  let running: string | undefined;
  let timedOut = false;
  let timer: NodeJS.Timeout | undefined;
  let stderr = '';
  const expire = (): void => {
    timedOut = true;
    child.kill('SIGKILL');
  };
  const restart = (): void => {
    clearTimeout(timer);
    timer = setTimeout(expire, secondsPerTest * 1000);
  };
  restart();
  const reader = new SubunitReader({
    onStart: (test) => {
      running = test;
      restart();
    },
    onResult: (result) => {
      // A suite's own set-up may fail under the suite's name.
      if (tests.includes(result.test)) onResult(result);
      if (running === result.test) running = undefined;
    },
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-2000)));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => reader.line(line));
  const [[code, signal]] = (await Promise.all([once(child, 'exit'), once(lines, 'close')])) as [
    [number | null, NodeJS.Signals | null],
    unknown,
  ];
  clearTimeout(timer);
  const ended = timedOut ? `no end within ${secondsPerTest} s` : `smbtorture ended with ${code ?? signal}`;
  return { unfinished: running, said: `${ended} ${stderr.trim().split('\n').at(-1) ?? ''}`.trim() };
}
