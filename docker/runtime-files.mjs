// Lays out what the image holds, from a built checkout: the head, the workspaces and packages that it needs at run time,
// and Node. Packages are found as Node finds them, from the `dependencies` of each; nothing else of node_modules goes along.
//
//   node docker/runtime-files.mjs CHECKOUT TARGET
//
// TARGET/root is copied to / and belongs to root; TARGET/owned is copied to / and belongs to the user of the head.
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import process from 'node:process';

const [checkout, target] = process.argv.slice(2).map((path) => (existsSync(path) ? realpathSync(path) : path));
if (target === undefined) throw new Error('usage: node docker/runtime-files.mjs CHECKOUT TARGET');
if (Number(process.versions.node.split('.')[0]) < 24)
  throw new Error(`the image gets this Node, ${process.version}: too old`);
const application = join(target, 'root/opt/polynas');

const readManifest = (directory) => JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));

/** Where `import name` from a package leads, before links are followed; undefined when it is not installed. */
function installed(name, from) {
  for (let directory = from; directory.startsWith(checkout); directory = dirname(directory)) {
    const found = join(directory, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return found;
  }
  return undefined;
}

/** The packages that a package needs where it runs, each with where it is. */
function needs(directory) {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = readManifest(directory);
  const names = new Set([
    ...Object.keys(dependencies),
    ...Object.keys(optionalDependencies),
    ...Object.keys(peerDependencies),
  ]);
  return [...names].flatMap((name) => {
    const found = installed(name, directory);
    if (found !== undefined) return [found];
    const must = name in dependencies && !(name in optionalDependencies);
    if (must) throw new Error(`${relative(checkout, directory)} needs ${name}, which is not installed`);
    return [];
  });
}

const placed = new Set();

/** A path of the checkout in the image. */
const inImage = (path) => join(application, relative(checkout, path));

const isWorkspace = (directory) => !relative(checkout, directory).split(sep).includes('node_modules');

/** Types, maps and tests serve nobody there. */
const runs = (file) => !/\.(d\.[cm]?ts|map|tsbuildinfo)$|\.test\.js$/.test(file);

function place(directory) {
  if (placed.has(directory)) return;
  placed.add(directory);
  if (isWorkspace(directory)) {
    for (const part of ['package.json', 'bin', 'dist']) {
      const from = join(directory, part);
      if (existsSync(from)) cpSync(from, inImage(from), { recursive: true, filter: runs });
    }
  } else {
    // What is nested in a package comes by itself, when something needs it.
    const nested = join(directory, 'node_modules');
    const filter = (file) => file !== nested && !file.startsWith(nested + sep) && runs(file);
    cpSync(directory, inImage(directory), { recursive: true, filter });
  }
  for (const found of needs(directory)) {
    const real = realpathSync(found);
    if (real !== found && !placed.has(found)) {
      placed.add(found);
      mkdirSync(dirname(inImage(found)), { recursive: true });
      symlinkSync(relative(dirname(found), real), inImage(found));
    }
    place(real);
  }
}

place(join(checkout, 'head'));
for (const file of ['package.json', 'LICENSE']) cpSync(join(checkout, file), join(application, file));

const programs = join(target, 'root/usr/local/bin');
mkdirSync(programs, { recursive: true });
cpSync(process.execPath, join(programs, 'node'));
symlinkSync('/opt/polynas/head/bin/polynas.js', join(programs, 'polynas'));
mkdirSync(join(target, 'root/etc/polynas'), { recursive: true });
mkdirSync(join(target, 'owned/data'), { recursive: true });
chmodSync(join(target, 'owned/data'), 0o700);

console.log(`${placed.size} packages and links, Node ${process.versions.node}`);
