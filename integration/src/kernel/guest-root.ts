import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labCache } from './cache.ts';
import { endWithDescendants, endWithParent, hasEnded, start } from './children.ts';
import { guestPackages, guestUsers } from './packages.ts';
import { startTime } from './run-directory.ts';

/** Tells a person what takes so long. */
export type Progress = (line: string) => void;

/**
 * First program of the guest. It is all of ours that is baked into the root: it finds the job folder on the kernel's
 * command line and goes on with the script there, so that a changed script needs no new root.
 */
const firstProgram = `#!/bin/bash
mount -t proc proc /proc
for word in $(</proc/cmdline); do case $word in polynas.job=*) job=\${word#*=};; esac; done
mount -t hostfs -o "$job" none /job && exec /bin/bash /job/guest/init.sh
echo "polynas: no job folder" && busybox poweroff -f
`;

const hooks: readonly string[] = [
  'mkdir -p "$1/job" "$1/host" "$1/lib/modules" "$1/mnt"',
  'cp "$FIRST_PROGRAM" "$1/polynas-init" && chmod 755 "$1/polynas-init"',
  ...guestUsers.map(
    ({ name, uid }) => `chroot "$1" useradd --create-home --shell /bin/bash --uid ${uid} --user-group ${name}`,
  ),
  'rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin',
];

/**
 * Folder with the guest's root file system, made by mmdebstrap on first use (one to two minutes, about 300 MB) and
 * kept in `POLYNAS_CACHE`, by default `~/.cache/polynas`. It is never changed after: guests put an overlay on it.
 */
export async function guestRoot(progress: Progress): Promise<string> {
  const cache = labCache();
  const suite = debianSuite();
  const recipe = JSON.stringify([suite, guestPackages, firstProgram, hooks]);
  const root = join(cache, `guest-${createHash('sha256').update(recipe).digest('hex').slice(0, 16)}`);
  if (existsSync(root)) return root;
  mkdirSync(cache, { recursive: true });
  removeAbandonedBuilds(cache, progress);

  const building = `${root}.building-${process.pid}-${startTime(process.pid)}`;
  progress(
    `building the guest's root (Debian ${suite}, ${guestPackages.length} packages) in ${root}, once; 1 to 2 minutes`,
  );
  try {
    await debootstrap(suite, building, progress);
    renameSync(building, root);
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    // Two test runs may have built at the same time; the first one wins.
    if (!existsSync(root)) throw error;
  }
  return root;
}

async function debootstrap(suite: string, building: string, progress: Progress): Promise<void> {
  const firstProgramFile = `${building}.init`;
  writeFileSync(firstProgramFile, firstProgram);
  const argv = [
    ...endWithParent,
    ...endWithDescendants,
    'mmdebstrap',
    '--mode=root',
    '--variant=minbase',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--dpkgopt=path-exclude=/usr/share/locale/*',
    '--aptopt=APT::Install-Recommends "false"',
    `--include=${guestPackages.join(',')}`,
    ...hooks.map((hook) => `--customize-hook=${hook}`),
    suite,
    building,
    '-',
  ];
  const child = start(argv, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, FIRST_PROGRAM: firstProgramFile },
  });
  const tail: string[] = [];
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      tail.push(...text.split(/[\r\n]+/).filter((line) => line.trim() !== ''));
      tail.splice(0, tail.length - 30);
    });
  }
  const started = performance.now();
  const ticker = setInterval(() => {
    progress(
      `still building after ${Math.round((performance.now() - started) / 1000)} s: ${tail.at(-1)?.slice(0, 100) ?? ''}`,
    );
  }, 10_000);
  try {
    child.stdin!.end(aptSources(suite));
    if (!hasEnded(child)) await once(child, 'exit');
  } finally {
    clearInterval(ticker);
    rmSync(firstProgramFile, { force: true });
  }
  if (child.exitCode !== 0)
    throw new Error(`mmdebstrap failed (${child.exitCode ?? child.signalCode}):\n${tail.join('\n')}`);
  progress(`root built in ${Math.round((performance.now() - started) / 1000)} s`);
}

function removeAbandonedBuilds(cache: string, progress: Progress): void {
  for (const name of readdirSync(cache)) {
    const match = /^guest-[0-9a-f]+\.building-(\d+)-(\d+)/.exec(name);
    if (match === null || startTime(Number(match[1])) === match[2]) continue;
    progress(`removing an abandoned build: ${name}`);
    rmSync(join(cache, name), { recursive: true, force: true });
  }
}

function debianSuite(): string {
  const release = readFileSync('/etc/os-release', 'utf8');
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1];
  if (!/^ID=debian$/m.test(release) || codename === undefined) throw new Error('the guest is built on Debian only');
  return codename;
}

/** The machine's own Debian sources, so that a local mirror is honoured; else the public mirror. */
function aptSources(suite: string): string {
  for (const file of ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list']) {
    if (!existsSync(file)) continue;
    const text = readFileSync(file, 'utf8');
    if (/^\s*(deb\s|Types:.*\bdeb\b)/m.test(text)) return text;
  }
  return `deb http://deb.debian.org/debian ${suite} main\n`;
}
