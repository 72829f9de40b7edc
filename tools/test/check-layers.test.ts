import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// fixtures/layers is a small workspace in which every rule is broken at least once, beside imports that are allowed.
// Each line that must be reported names its rules. It is copied out, to get a node_modules of its own.

const tools = fileURLToPath(new URL('..', import.meta.url));
const fixtures = join(tools, 'fixtures/layers');

interface Result {
  modules: number;
  dependencies: number;
  violations: { rule: string; from: string; to: string }[];
}

let tree: string;

function checkLayers(...args: string[]): { status: number | null; result: Result } {
  const run = spawnSync(process.execPath, [join(tools, 'check-layers.mjs'), '--root', tree, '--json', ...args], {
    encoding: 'utf8',
  });
  if (run.stdout === '') throw new Error(run.stderr);
  return { status: run.status, result: JSON.parse(run.stdout) as Result };
}

/** `file rule`, once for each line that is marked or reported. */
const expected = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) =>
    readFileSync(join(fixtures, path), 'utf8')
      .split('\n')
      .flatMap((line) => /\/\/ expect: (.+)$/.exec(line)?.[1]?.split(' ') ?? [])
      .map((rule) => `${path} ${rule}`),
  )
  .toSorted();

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'polynas-layers-'));
  cpSync(fixtures, tree, { recursive: true });
  for (const path of readdirSync(fixtures, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('package.json')) continue;
    const { name } = JSON.parse(readFileSync(join(fixtures, path), 'utf8')) as { name: string };
    mkdirSync(dirname(join(tree, 'node_modules', name)), { recursive: true });
    symlinkSync(join(tree, dirname(path)), join(tree, 'node_modules', name));
  }
  for (const name of ['rxjs', 'chalk', '@tsed/di']) {
    mkdirSync(join(tree, 'node_modules', name, 'dist'), { recursive: true });
    writeFileSync(join(tree, 'node_modules', name, 'package.json'), '{ "main": "dist/index.js" }');
    writeFileSync(join(tree, 'node_modules', name, 'dist/index.js'), '');
  }
});

afterAll(() => rmSync(tree, { recursive: true }));

describe('the layer rules', () => {
  it('find every planted violation and nothing else', () => {
    const { status, result } = checkLayers('--minimum', '10');
    expect(result.violations.map(({ rule, from }) => `${from} ${rule}`).toSorted()).toEqual(expected);
    expect(status).toBe(1);
  });

  it('fail when the parser reads no imports', () => {
    const { status, result } = checkLayers('--minimum', '10', '--parser', 'acorn');
    expect(result.violations.map(({ rule }) => rule)).toContain('imports-not-read');
    expect(status).toBe(1);
  });

  it('fail when fewer modules are there than there should be', () => {
    const { status, result } = checkLayers('--minimum', '1000');
    expect(result.violations.map(({ rule }) => rule)).toContain('too-few-modules');
    expect(status).toBe(1);
  });
});
