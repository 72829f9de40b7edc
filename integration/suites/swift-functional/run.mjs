// Runs OpenStack Swift's functional tests against the Swift door over a memory, local or CephFS volume, and compares with known-failures. See README.md.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createCore, memoryRegistryStore } from '@polynas/core';
import { systemClock } from '@polynas/core/wire';
import { listenSwiftDoor } from '@polynas/swift';
import { openSuiteVolume, report } from '../surroundings.mjs';

/** The files of what Polynas serves; the others are about middleware that is not there, and skip themselves by `/info`. */
const suites = ['tests', 'test_account', 'test_container', 'test_object', 'test_dlo', 'test_slo', 'test_tempurl'];

const { positionals } = parseArgs({ allowPositionals: true, strict: false });
const [checkout] = positionals;
if (checkout === undefined) throw new Error('usage: run.mjs CHECKOUT [arguments of pytest]');
const more = process.argv.slice(process.argv.indexOf(checkout) + 1);

const { volume, discard } = await openSuiteVolume('swift-functional');
const directory = await mkdtemp(join(tmpdir(), 'swift-functional-'));
const core = await createCore({
  volumes: new Map([['main', volume]]),
  registry: memoryRegistryStore(),
  clock: systemClock,
  random: randomBytes,
  hasher: { hash: async (password) => password, verify: async (password, hash) => password === hash },
  secretBox: { seal: (secret) => secret, open: (sealed) => sealed },
  report,
});
await core.apply({
  tenants: [{ name: 'test' }, { name: 'test2' }],
  users: [
    { tenant: 'test', name: 'tester', password: 'testing', administrator: true },
    { tenant: 'test2', name: 'tester2', password: 'testing2', administrator: true },
    { tenant: 'test', name: 'tester3', password: 'testing3' },
  ],
});
const server = await listenSwiftDoor(core, {
  host: '127.0.0.1',
  port: 0,
  clock: systemClock,
  random: randomBytes,
  onAnswer: ({ status, error, method, path }) => {
    if (status >= 500 && status !== 501) console.error(method, path, status, error?.cause ?? error);
  },
});

const config = `[func_test]
auth_uri = http://127.0.0.1:${server.address.port}/auth/v1.0
account = test
username = tester
password = testing
account2 = test2
username2 = tester2
password2 = testing2
username3 = tester3
password3 = testing3
collate = C
`;
await writeFile(join(directory, 'test.conf'), config);

const pytest = spawn(
  process.env.PYTHON ?? 'python3',
  [
    ...['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '--tb=short', '-rA'],
    ...(more.some((argument) => argument.startsWith('test/'))
      ? []
      : suites.map((suite) => `test/functional/${suite}.py`)),
    ...more,
  ],
  {
    cwd: checkout,
    env: { ...process.env, SWIFT_TEST_CONFIG_FILE: join(directory, 'test.conf'), PYTHONPATH: checkout },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
let output = '';
pytest.stdout.on('data', (bytes) => (output += bytes));
await new Promise((resolve) => pytest.on('close', resolve));
if (process.env.SWIFT_TESTS_OUTPUT !== undefined) await writeFile(process.env.SWIFT_TESTS_OUTPUT, output);
await server.stop(1000);
await core.close();
await discard();

const known = new Map();
for (const line of (await readFile(new URL('known-failures', import.meta.url), 'utf8')).split('\n')) {
  const [test, reason] = line.split(' | ');
  if (test !== '' && !test.startsWith('#')) known.set(test, reason);
}
/** @type {Set<string>} */
const passed = new Set();
/** @type {Set<string>} */
const failed = new Set();
for (const [, result, test] of output.matchAll(/^(PASSED|FAILED|ERROR) test\/functional\/(\S+)/gm)) {
  (result === 'PASSED' ? passed : failed).add(test);
}
const skipped = [...output.matchAll(/^SKIPPED \[(\d+)\]/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
const unexpected = [...failed].filter((test) => !known.has(test));
const fixed = [...passed].filter((test) => known.has(test) && !failed.has(test));
console.log(`${passed.size} passed, ${failed.size - unexpected.length} failed as known, ${skipped} skipped by /info`);
for (const test of unexpected) console.log(`FAILED and not known: ${test}`);
for (const test of fixed) console.log(`passed though known to fail, remove its line: ${test}`);
if (passed.size + failed.size === 0) console.log(output.slice(-4000));
await rm(directory, { recursive: true });
process.exit(unexpected.length + fixed.length > 0 || passed.size === 0 ? 1 : 0);
