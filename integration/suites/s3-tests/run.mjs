// Runs Ceph's s3-tests against the S3 door over a memory, local or CephFS volume, and compares with known-failures. See README.md.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createCore, memoryRegistryStore } from '@polynas/core';
import { systemClock } from '@polynas/core/wire';
import { listenS3Door } from '@polynas/s3';
import { openSuiteVolume, report } from '../surroundings.mjs';

/** Markers of areas that answer NotImplemented as a whole. */
const unsupported = [
  'abac_test appendobject auth_aws2 bucket_encryption bucket_logging bucket_logging_cleanup bucket_policy',
  'cloud_restore cloud_transition delete_marker encryption group group_policy iam_account iam_cross_account iam_role',
  'iam_tenant iam_user lifecycle lifecycle_expiration lifecycle_transition object_lock object_ownership role_policy',
  's3select s3website session_policy sns sse_s3 storage_class tagging target_by_bucket test_of_sts user_policy',
  'versioning webidentity_test',
].flatMap((line) => line.split(' '));

const { positionals } = parseArgs({ allowPositionals: true, strict: false });
const [checkout] = positionals;
if (checkout === undefined) throw new Error('usage: run.mjs CHECKOUT [arguments of pytest]');
const more = process.argv.slice(process.argv.indexOf(checkout) + 1);

const sections = {
  's3 main': ['default', 'main'],
  's3 alt': ['default', 'alt'],
  's3 tenant': ['testx', 'tenanted'],
  's3 cloud': ['default', 'cloud'],
  iam: ['default', 'iam'],
  'iam root': ['default', 'root1'],
  'iam alt root': ['default', 'root2'],
};
const users = Object.values(sections).map(([tenant, name]) => ({
  tenant,
  name,
  accessKeys: [{ id: `KEY${name.toUpperCase()}`, secret: `the-secret-key-that-${name}-has-for-itself` }],
}));

const { volume, discard } = await openSuiteVolume('s3-tests');
const directory = await mkdtemp(join(tmpdir(), 's3-tests-'));
const core = await createCore({
  volumes: new Map([['main', volume]]),
  registry: memoryRegistryStore(),
  clock: systemClock,
  random: randomBytes,
  hasher: { hash: async (password) => password, verify: async (password, hash) => password === hash },
  secretBox: { seal: (secret) => secret, open: (sealed) => sealed },
  report,
});
await core.apply({ tenants: [{ name: 'testx' }], users });
const server = await listenS3Door(core, {
  host: '127.0.0.1',
  port: 0,
  clock: systemClock,
  random: randomBytes,
  onAnswer: ({ status, error, method, path }) => {
    if (status >= 500 && status !== 501) console.error(method, path, status, error?.cause ?? error);
  },
});

const endpoint = `host = 127.0.0.1\nport = ${server.address.port}\nis_secure = False\n`;
let config = `[DEFAULT]\n${endpoint}ssl_verify = False\n[fixtures]\nbucket prefix = pt-{random}-\niam name prefix = s3-tests-\niam path prefix = /s3-tests/\n`;
for (const [section, [tenant, name]] of Object.entries(sections)) {
  const user = core.accounts.userByName(tenant, name);
  const [key] = users.find((each) => each.name === name).accessKeys;
  // An empty api_name: our region is S3's first one, which has no location constraint.
  config += `[${section}]\n${endpoint}display_name = ${name}\nuser_id = ${user.id}\nemail = ${name}@example.org\napi_name =\naccess_key = ${key.id}\nsecret_key = ${key.secret}\ntenant = ${tenant}\n`;
}
config += '[webidentity]\ntoken=a\naud=a\nsub=a\nazp=a\nuser_token=a\nthumbprint=a\nKC_REALM=a\n';
await writeFile(join(directory, 's3tests.conf'), config);

const pytest = spawn(
  process.env.PYTHON ?? 'python3',
  [
    ...['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '--tb=short', '-rA', '-m', `not (${unsupported.join(' or ')})`],
    ...['s3tests/functional/test_s3.py', 's3tests/functional/test_headers.py'],
    ...more,
  ],
  {
    cwd: checkout,
    env: { ...process.env, S3TEST_CONF: join(directory, 's3tests.conf'), S3_USE_SIGV4: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
let output = '';
pytest.stdout.on('data', (bytes) => (output += bytes));
await new Promise((resolve) => pytest.on('close', resolve));
if (process.env.S3_TESTS_OUTPUT !== undefined) await writeFile(process.env.S3_TESTS_OUTPUT, output);
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
for (const [, result, test] of output.matchAll(/^(PASSED|FAILED|ERROR) s3tests\/functional\/(\S+)/gm)) {
  (result === 'PASSED' ? passed : failed).add(test);
}
const skipped = [...output.matchAll(/^SKIPPED \[(\d+)\]/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
const unexpected = [...failed].filter((test) => !known.has(test));
const fixed = [...passed].filter((test) => known.has(test) && !failed.has(test));
console.log(
  `${passed.size} passed, ${failed.size - unexpected.length} failed as known, ${skipped} skipped by the suite`,
);
for (const test of unexpected) console.log(`FAILED and not known: ${test}`);
for (const test of fixed) console.log(`passed though known to fail, remove its line: ${test}`);
if (passed.size + failed.size === 0) console.log(output.slice(-4000));
await rm(directory, { recursive: true });
process.exit(unexpected.length + fixed.length > 0 || passed.size === 0 ? 1 : 0);
