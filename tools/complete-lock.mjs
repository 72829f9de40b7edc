// Completes package-lock.json with the platform packages that the registry at hand did not serve.
//
// Native tools (oxlint, swc, …) name one optional package per platform. Where a registry mirrors only some of them,
// `npm install` leaves the others out of the lock file, and `npm ci` then refuses it: "Missing: … from lock file".
// Each gets an entry with the version its parent asks for and the platform its name tells. npm installs such an entry
// only on that platform, so nothing is fetched here; there is no integrity to state for what was never seen.
//
// Run after every `npm install` that touches dependencies: `node tools/complete-lock.mjs [--check]`.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const OS = {
  darwin: 'darwin',
  linux: 'linux',
  win32: 'win32',
  android: 'android',
  freebsd: 'freebsd',
  openharmony: 'openharmony',
};
const CPU = {
  arm64: 'arm64',
  x64: 'x64',
  ia32: 'ia32',
  arm: 'arm',
  ppc64: 'ppc64',
  s390x: 's390x',
  riscv64: 'riscv64',
  loong64: 'loong64',
};
const LIBC = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

/** The platform a package's name ends in (`@swc/core-linux-arm64-musl`), or undefined when it names none. */
export function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.map((word) => OS[word]).find(Boolean);
  const cpu = words.map((word) => CPU[word]).find(Boolean);
  if (os === undefined || cpu === undefined) return undefined;
  const libc = os === 'linux' ? words.map((word) => LIBC[word]).find(Boolean) : undefined;
  return { cpu: [cpu], ...(libc && { libc: [libc] }), os: [os] };
}

/** Where Node would find `name` from the package at `parent` ("node_modules/a/node_modules/b"), nearest first. */
function placesFor(parent, name) {
  const places = [];
  for (let at = parent; ; at = at.slice(0, at.lastIndexOf('/node_modules/'))) {
    places.push(`${at}/node_modules/${name}`);
    if (!at.includes('/node_modules/')) break;
  }
  return [...places, `node_modules/${name}`];
}

/** Adds the missing entries to `lock` (the parsed package-lock.json) and returns their names. */
export function completeLock(lock) {
  const added = [];
  for (const [parent, entry] of Object.entries(lock.packages)) {
    // A package that is optional itself is dropped whole by npm when its platform packages fail; npm asks for none of them.
    if (!parent.includes('node_modules/') || entry.optional) continue;
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const places = placesFor(parent, name);
      const found = places.find((place) => lock.packages[place]);
      if (found && lock.packages[found].version === version) continue;
      const platform = platformOf(name);
      if (!platform || !/^\d+\.\d+\.\d+/.test(version)) {
        if (found) continue; // a version range met by what is there
        throw new Error(`${parent} wants ${name}@${version}, which is not in the lock file and names no platform`);
      }
      const place = found ? places[0] : places.at(-1);
      const kind = Object.fromEntries(
        ['dev', 'devOptional', 'peer'].filter((key) => entry[key]).map((key) => [key, true]),
      );
      lock.packages[place] = {
        version,
        cpu: platform.cpu,
        ...kind,
        ...(platform.libc && { libc: platform.libc }),
        optional: true,
        os: platform.os,
      };
      added.push(name);
    }
  }
  lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en')));
  return added;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = fileURLToPath(new URL('../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const added = completeLock(lock);
  if (process.argv.includes('--check')) {
    if (added.length > 0) {
      console.error(
        `package-lock.json lacks ${added.length} platform packages (npm ci would refuse it): run node tools/complete-lock.mjs`,
      );
      process.exitCode = 1;
    }
  } else if (added.length > 0) {
    writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
    console.log(`package-lock.json: added ${added.length} platform packages: ${added.join(' ')}`);
  }
}
