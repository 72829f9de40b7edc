// npm run test:integration: installs what the tests need where it may, runs them, and says at the end what was skipped.
//
//   node integration/run.mjs [--install-only] [arguments of vitest …]
//
// Environment: POLYNAS_NO_INSTALL=1 installs nothing; POLYNAS_E2E_FULL=1 runs all end-to-end tests on a CephFS volume too, and the
// backend's conformance suite in each of its kinds, instead of the choice that fits into the time of CI.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { requireNode } from '../tools/require-node.mjs';

requireNode();
const MINUTE = 60_000;

/** The lines of packages.txt: Debian package and what is skipped without it. */
function wantedPackages() {
  const text = readFileSync(new URL('packages.txt', import.meta.url), 'utf8');
  return text
    .split('\n')
    .map((line) => /^([a-z0-9][a-z0-9.+-]*)\s*(?:#\s*(.*))?$/.exec(line.trim()))
    .filter((match) => match !== null)
    .map(([, name, use = '']) => ({ name, use }));
}

/** The packages of the list that are not installed, or undefined on a machine without dpkg. */
function missingPackages(packages) {
  // oxlint-disable-next-line no-template-curly-in-string -- dpkg's own placeholders
  const query = spawnSync('dpkg-query', ['--show', '--showformat=${Package} ${db:Status-Status}\n'], {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  if (query.error || query.status !== 0) return undefined;
  const installed = new Set(
    query.stdout.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])),
  );
  return packages.filter(({ name }) => !installed.has(name));
}

function apt(minutes, ...args) {
  const run = spawnSync('apt-get', ['--quiet', '--yes', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: minutes * MINUTE,
  });
  return run.status === 0;
}

/** Installs what is missing as far as this user may, and returns a line for each package that is still missing. */
function installMissing() {
  const packages = wantedPackages();
  let missing = missingPackages(packages);
  if (missing === undefined) {
    return [`no Debian packages here (no dpkg): the clients that the tests drive must be installed by other means`];
  }
  if (missing.length === 0) return [];
  const names = missing.map(({ name }) => name);
  const obstacle =
    process.env.POLYNAS_NO_INSTALL === '1' ? 'POLYNAS_NO_INSTALL=1' : process.getuid?.() !== 0 ? 'not root' : undefined;
  if (obstacle === undefined) {
    console.log(`integration: installing ${names.join(' ')} (POLYNAS_NO_INSTALL=1 prevents it)`);
    if (!apt(5, 'update')) console.log('integration: apt-get update failed; trying with the lists that are there');
    // One by one where they do not go together: a package that this architecture lacks must not cost the others.
    if (!apt(15, 'install', '--no-install-recommends', ...names)) {
      for (const name of names) apt(5, 'install', '--no-install-recommends', name);
    }
    missing = missingPackages(packages) ?? [];
  }
  const why = obstacle === undefined ? 'apt-get could not install it' : `${obstacle}, so not installed`;
  return missing.map(({ name, use }) => `package ${name} is missing (${why}); without it: ${use || 'some tests'}`);
}

/** What only POLYNAS_E2E_FULL=1 runs; the choice itself is in src/ceph/on-ceph.ts. */
const leftOut = [
  'on a CephFS volume: same-truth, same-bytes, same-tree, bad-input (all run on a local volume)',
  'the conformance suite on CephFS over three mounts',
];

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const installOnly = args[0] === '--install-only';
if (installOnly) args.shift();

const lacking = installMissing();
if (lacking.length > 0) {
  console.log('integration: tests will be SKIPPED:');
  for (const line of lacking) console.log(`  ${line}`);
}

if (!installOnly) {
  // A reporter on the command line replaces the configured ones, so ours go beside the default one.
  const reporters = [
    '--reporter=default',
    ...['skipped', 'stuck'].map(
      (name) => `--reporter=${fileURLToPath(new URL(`../tools/${name}-reporter.mjs`, import.meta.url))}`,
    ),
  ];
  const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
  const projects = ['--project', 'integration', '--project', 'integration-on-ceph'];
  const run = spawnSync(process.execPath, [vitest, 'run', ...projects, ...reporters, ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (process.env.POLYNAS_E2E_FULL !== '1') {
    console.log('\nNot run in this choice (POLYNAS_E2E_FULL=1 runs them):');
    for (const line of leftOut) console.log(`  ${line}`);
  }
  if (lacking.length > 0) {
    console.log('Missing on this machine:');
    for (const line of lacking) console.log(`  ${line}`);
  }
  process.exitCode = run.status ?? 1;
}
