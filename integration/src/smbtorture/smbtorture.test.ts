import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShare } from '../head/declared.ts';
import { Head } from '../head/head.ts';
import { compare, isRun } from './known-failures.ts';
import { knownOfHead } from './known-of-head.ts';
import { runTorture, smbtortureUnavailable, testsOf } from './smbtorture.ts';
import { suites } from './suites.ts';

const unavailable = smbtortureUnavailable();
const known = knownOfHead();
/** A suite has a share of its own: they run beside each other, as several of them sleep most of their time. */
const shareOf = (suite: string): string => suite.replaceAll(/[._]/g, '-');

describe.skipIf(unavailable !== undefined)(`smbtorture${unavailable === undefined ? '' : ` (${unavailable})`}`, () => {
  let head: Head;
  let directory: string;

  beforeAll(async () => {
    head = await Head.start({ config: { shares: suites.map((suite) => ({ ...openShare, name: shareOf(suite) })) } });
    directory = mkdtempSync(join(tmpdir(), 'polynas-smbtorture-'));
  });

  afterAll(async () => {
    await head?.[Symbol.asyncDispose]();
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  });

  test.concurrent.for(suites)('%s fails in nothing but what is known', async (suite, { expect }) => {
    const tests = (await testsOf(suite)).filter((name) => isRun(name, known));
    const results = await runTorture(head.smbTarget('alice', shareOf(suite)), tests, { directory, secondsPerTest: 60 });
    const { unexpected, fixed, passed, failedAsKnown } = compare(results, known);
    expect({ unexpected, fixed }).toEqual({ unexpected: [], fixed: [] });
    expect(passed + failedAsKnown).toBeGreaterThan(0);
  });

  test('the head saw no fault', () => {
    expect(head.faults()).toEqual([]);
  });
});
