import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

// The lint rules are only worth something if they fire: fixtures/lint holds planted violations, each line naming the
// rule that must find it. They are linted in a temporary tree, so that the paths match the overrides of .oxlintrc.json.

const root = fileURLToPath(new URL('../..', import.meta.url));
const fixtures = join(root, 'tools/fixtures/lint');

interface Report {
  diagnostics: { code: string; filename: string; labels: { span: { line: number } }[] }[];
}

let tree: string;
let found: string[];

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'polynas-lint-'));
  cpSync(fixtures, tree, { recursive: true });
  cpSync(join(root, '.oxlintrc.json'), join(tree, '.oxlintrc.json'));
  cpSync(join(root, 'tools/oxlint'), join(tree, 'tools/oxlint'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  // The folders are named, or oxlint would walk into the linked node_modules.
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  const run = spawnSync(process.execPath, [oxlint, '-f', 'json', 'core', 'backends', 'head'], {
    cwd: tree,
    encoding: 'utf8',
  });
  expect(run.status, run.stderr + run.stdout.slice(0, 2000)).toBe(1);
  const report = JSON.parse(run.stdout) as Report;
  found = report.diagnostics
    .map(({ filename, labels, code }) => `${relative(tree, join(tree, filename))}:${labels[0]?.span.line} ${code}`)
    .toSorted();
});

afterAll(() => rmSync(tree, { recursive: true }));

it('finds every planted violation and nothing else', () => {
  const expected = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) =>
      readFileSync(join(fixtures, path), 'utf8')
        .split('\n')
        .flatMap((line, index) => {
          const rule = /\/\/ expect: (\S+)$/.exec(line)?.[1];
          return rule === undefined ? [] : [`${path}:${index + 1} ${rule}`];
        }),
    )
    .toSorted();
  expect(expected.length).toBeGreaterThan(20);
  expect(found).toEqual(expected);
});
