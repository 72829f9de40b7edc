// Runs a shell command with the Node of the project (24) as `node`:
//
//   node tools/with-node.mjs 'command && command' [arguments of the last command …]
//
// npm links the bundled Node as node_modules/.bin/node in some versions only (npm 10, which comes with Node 20 and 22, drops the link when the other
// architecture's package of the same bin name is skipped), so it is looked for in its package.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundled = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
const own = Number(process.versions.node.split('.')[0]) >= 24;
if (!own && !existsSync(bundled)) {
  console.error(
    `This is Node ${process.versions.node}, and Node 24 is not in node_modules: run npm ci (with optional dependencies), or use Node 24.`,
  );
  process.exit(1);
}
const node = own ? process.execPath : bundled;
const quote = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
const [command = '', ...rest] = process.argv.slice(2);
const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
const child = spawn([command, ...rest.map(quote)].join(' '), {
  shell: true,
  stdio: 'inherit',
  env: { ...process.env, PATH: path },
});
// Terminals send signals to the whole group; others send them here only.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => undefined);
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 15)));
