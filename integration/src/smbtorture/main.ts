import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SmbTarget } from '../clients/store-client.ts';
import { openShare } from '../head/declared.ts';
import { Head } from '../head/head.ts';
import { freePorts } from '../peers/daemon.ts';
import { SAMBA, whyUnavailable } from '../peers/peer-packages.ts';
import { startSamba } from '../peers/samba.ts';
import { compare, isRun, type KnownFailures } from './known-failures.ts';
import { knownOfHead } from './known-of-head.ts';
import { runTorture, smbtortureUnavailable, testsOf } from './smbtorture.ts';
import { suites } from './suites.ts';
import type { TestResult } from './subunit.ts';

export const usage = `node integration/suites/smbtorture/run.mjs [options]

  --suite NAME    one suite (smb2.lock) or test (smb2.lock.rw-none); may be given several times; all of suites.ts without it
  --all           also those that known-failures says not to run
  --samba         against Samba's smbd instead of the head: what is to be expected on Linux
  --seconds N     how long a test may take (default 90)
  --json FILE     writes each result
`;

interface Served {
  readonly target: SmbTarget;
  readonly kind?: string;
  stop(): Promise<void>;
}

/** The program behind run.mjs; resolves to its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: 'string', multiple: true, default: [] },
      all: { type: 'boolean', default: false },
      samba: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '90' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const lacking = smbtortureUnavailable() ?? (values.samba ? whyUnavailable(SAMBA) : undefined);
  if (lacking !== undefined) throw new Error(lacking);
  const directory = mkdtempSync(join(tmpdir(), 'polynas-smbtorture-'));
  chmodSync(directory, 0o755);
  const served = await (values.samba ? serveSamba(directory) : serveHead());
  // Samba is asked for what it does; only of the head something is expected.
  const known = values.samba ? new Map<string, string>() : knownOfHead();
  const results: TestResult[] = [];
  try {
    const wanted = values.suite.length > 0 ? values.suite : suites;
    for (const suite of wanted) {
      const from = performance.now();
      const tests = (await testsOf(suite)).filter((test) => values.all || isRun(test, known));
      const of = await runTorture(served.target, tests, {
        directory,
        secondsPerTest: Number(values.seconds),
        ...(served.kind !== undefined && { kind: served.kind }),
        onResult: ({ test, outcome, why }) =>
          console.log(`${outcome.padEnd(7)} ${test}${why === '' ? '' : `: ${why}`}`),
      });
      results.push(...of);
      console.log(`        ${suite}: ${of.length} tests, ${((performance.now() - from) / 1000).toFixed(1)} s`);
    }
  } finally {
    await served.stop();
    rmSync(directory, { recursive: true, force: true });
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 1)}\n`);
  return tell(results, known, values.samba);
}

function tell(results: readonly TestResult[], known: KnownFailures, samba: boolean): number {
  const { passed, skipped, failedAsKnown, unexpected, fixed } = compare(results, known);
  console.log(`\n${passed} passed, ${failedAsKnown} failed as known, ${skipped} skipped, ${unexpected.length} failed`);
  for (const line of unexpected) console.log(`FAILED and not known: ${line}`);
  for (const test of fixed) console.log(`passed though known to fail, remove its line: ${test}`);
  return !samba && (unexpected.length > 0 || fixed.length > 0 || passed === 0) ? 1 : 0;
}

async function serveHead(): Promise<Served> {
  // Some tests want a share that the user may connect to and see nothing of.
  const closed = { ...openShare, name: 'noperm', owner: 'bob', mode: '0000' };
  const head = await Head.start({ config: { shares: [openShare, closed] } });
  return {
    target: head.smbTarget('alice'),
    async stop() {
      for (const fault of head.faults()) console.log(`fault of the head: ${fault}`);
      await head[Symbol.asyncDispose]();
    },
  };
}

async function serveSamba(directory: string): Promise<Served> {
  const [port = 0] = await freePorts(1);
  const user = { name: 'alice', password: 'password-of-alice' };
  const samba = await startSamba({
    directory: join(directory, 'server'),
    shared: join(directory, 'shared'),
    port,
    user,
    more: ['vfs objects = acl_xattr streams_xattr', 'ea support = yes', 'store dos attributes = yes'],
  });
  const target = { address: '127.0.0.1', port, share: samba.share, user: user.name, password: user.password };
  return { target, kind: 'samba3', stop: () => samba.stop() };
}
