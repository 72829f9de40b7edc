// Holds ARCHITECTURE.md's import rules: head → protocols → core/service, head → backends → core/spi, core → nothing.
//
//   node tools/check-layers.mjs [--root DIR] [--minimum N] [--json] [--parser P]
//
// dependency-cruiser reads the imports with swc. Without a parser that fits, it reads no TypeScript at all and reports
// success (TypeScript 7 has no such API any more), so this program also counts for itself: every source file has to be
// among the modules read, with every import that a plain search of its text finds.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { requireNode } from './require-node.mjs';

requireNode();
const { cruise } = await import('dependency-cruiser');

/** Tests may reach for more: another package's test-only parts, a memory backend, the whole of core. */
const TEST = String.raw`(\.test\.ts$|/test/|/src/testing/)`;
const NPM = ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];

/** Node's modules that reach sockets, files, processes or threads: core works on what it is handed. */
const OUTSIDE_WORLD = [
  'fs',
  'fs/promises',
  'net',
  'tls',
  'dgram',
  'dns',
  'dns/promises',
  'http',
  'http2',
  'https',
  'child_process',
  'cluster',
  'worker_threads',
  'os',
  'process',
  'readline',
  'readline/promises',
  'repl',
  'tty',
  'sqlite',
];

const forbidden = [
  {
    name: 'core-imports-nothing-of-ours',
    from: { path: '^core/', pathNot: TEST },
    to: { path: '^(backends|protocols|head|integration|tools)/' },
  },
  {
    // The memory volume and the wrappers are what core is tried on.
    name: 'core-tests-import-memory-and-layers-only',
    from: { path: '^core/' },
    to: { path: '^(backends/(?!memory/|layers/)|protocols/|head/|integration/|tools/)' },
  },
  {
    name: 'core-only-rxjs',
    from: { path: '^core/', pathNot: TEST },
    to: { dependencyTypes: NPM, pathNot: 'node_modules/rxjs/' },
  },
  {
    name: 'core-no-sockets-no-files',
    from: { path: '^core/', pathNot: TEST },
    to: { path: `^(node:)?(${OUTSIDE_WORLD.join('|')})$` },
  },
  { name: 'spi-imports-only-spi', from: { path: '^core/src/spi/', pathNot: TEST }, to: { path: '^core/src/(?!spi/)' } },
  {
    name: 'service-imports-only-spi-and-service',
    from: { path: '^core/src/service/', pathNot: TEST },
    to: { path: '^core/src/(?!service/|spi/)' },
  },
  {
    name: 'wire-imports-only-wire',
    from: { path: '^core/src/wire/', pathNot: TEST },
    to: { path: '^core/src/(?!wire/)' },
  },
  {
    name: 'backend-sees-only-the-spi',
    from: { path: '^backends/', pathNot: TEST },
    to: { path: '^core/src/', pathNot: '^core/src/spi/index[.]ts$' },
  },
  {
    name: 'backend-imports-no-other-backend',
    from: { path: '^backends/([^/]+)/', pathNot: TEST },
    to: { path: '^backends/', pathNot: '^backends/$1/' },
  },
  { name: 'backend-imports-no-protocol', from: { path: '^backends/' }, to: { path: '^protocols/' } },
  {
    name: 'protocol-sees-only-service-and-wire',
    from: { path: '^protocols/', pathNot: TEST },
    to: { path: '^core/src/', pathNot: '^core/src/(service|wire)/index[.]ts$' },
  },
  {
    name: 'protocol-imports-no-backend',
    from: { path: '^protocols/', pathNot: TEST },
    to: { path: '^backends/' },
  },
  {
    // What HTTP doors share is no protocol of its own.
    name: 'protocol-imports-no-other-protocol',
    from: { path: '^protocols/([^/]+)/' },
    to: { path: '^protocols/', pathNot: '^protocols/($1|http)/' },
  },
  {
    name: 'nobody-imports-the-head',
    from: { pathNot: '^(head|integration)/' },
    to: { path: '^head/' },
  },
  { name: 'nobody-imports-integration', from: { pathNot: '^integration/' }, to: { path: '^integration/' } },
  {
    name: 'no-test-in-product',
    from: { path: '^(core|backends|protocols|head)/', pathNot: `${TEST}|/bench/` },
    to: { path: TEST, pathNot: 'node_modules' },
  },
  {
    // STYLE.md: protocols, backends and core carry no decorators.
    name: 'tsed-only-in-head-and-admin',
    from: { pathNot: '^(head|protocols/admin|integration)/' },
    to: { path: 'node_modules/@tsed/' },
  },
  { name: 'no-cycles', from: {}, to: { circular: true } },
  { name: 'import-resolves', from: {}, to: { couldNotResolve: true } },
].map((rule) => ({ severity: 'error', ...rule }));

const PACKAGE = /^(core|head|integration|(?:backends|protocols)\/[^/]+)\//;

/** All source files of the workspace below `root`, as paths relative to it. */
function sourceFiles(root) {
  const below = (folder) => {
    try {
      return readdirSync(join(root, folder), { withFileTypes: true });
    } catch (error) {
      if (error.code === 'ENOENT') return [];
      throw error;
    }
  };
  const packages = ['core', 'head', 'integration'].concat(
    ['backends', 'protocols'].flatMap((group) =>
      below(group)
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${group}/${entry.name}`),
    ),
  );
  const files = [];
  const walk = (folder) => {
    for (const entry of below(folder)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!['dist', 'node_modules'].includes(entry.name)) walk(path);
      } else if (/\.(ts|mts|js|mjs)$/.test(entry.name) && !entry.name.endsWith('.d.ts')) files.push(path);
    }
  };
  packages.forEach(walk);
  return files;
}

const withoutScheme = (specifier) => specifier.replace(/^node:/, '');

/** The static imports of a source text, found without a parser: what the parser has to find too. */
function importsOf(text) {
  const code = text.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/`[^`]*`/g, '``');
  const statements = code.matchAll(/^(?:import|export)\b(?:[^;'"`=]*?\bfrom)?\s*['"]([^'"]+)['"]/gm);
  return [...statements].map((match) => match[1]);
}

/** Reads every import below `root` and returns the number of modules and the violations, one line each. */
async function checkLayers(root, minimum, parser) {
  const files = sourceFiles(root);
  const { output } = await cruise(
    files,
    {
      baseDir: root,
      parser,
      validate: true,
      ruleSet: { forbidden },
      doNotFollow: { path: 'node_modules' },
      tsPreCompilationDeps: true,
    },
    {
      // Workspace packages resolve to their sources, as in vitest.config.ts.
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  );
  const modules = new Map(output.modules.map((module) => [module.source, module]));
  const violations = output.summary.violations.map(({ rule, from, to, cycle }) => ({
    rule: rule.name,
    from,
    to: cycle ? cycle.map((step) => step.name).join(' → ') : to,
  }));

  for (const file of files) {
    const module = modules.get(file);
    if (module === undefined) {
      violations.push({ rule: 'module-not-read', from: file, to: '(dependency-cruiser did not read it)' });
      continue;
    }
    const read = new Set(module.dependencies.map((dependency) => withoutScheme(dependency.module)));
    for (const specifier of importsOf(readFileSync(join(root, file), 'utf8'))) {
      if (read.has(withoutScheme(specifier))) continue;
      violations.push({
        rule: 'imports-not-read',
        from: file,
        to: `${specifier} (it was not read by the ${parser} parser)`,
      });
    }
    // Another package is imported by its name, so that its `exports` say what may be seen.
    for (const { module: specifier, resolved } of module.dependencies) {
      const home = PACKAGE.exec(file)?.[1];
      const other = PACKAGE.exec(resolved)?.[1];
      if (specifier.startsWith('.') && other !== undefined && other !== home) {
        violations.push({ rule: 'packages-by-name', from: file, to: specifier });
      }
    }
  }
  if (files.length < minimum) {
    violations.push({
      rule: 'too-few-modules',
      from: root,
      to: `${files.length} modules, at least ${minimum} expected`,
    });
  }
  return { modules: files.length, dependencies: output.summary.totalDependenciesCruised, violations };
}

const { values } = parseArgs({
  options: {
    root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
    // More than a half of what is there: a wrong working directory or a moved folder must not pass as "no violations".
    minimum: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
    parser: { type: 'string', default: 'swc' },
  },
});
const root = resolve(values.root);
const result = await checkLayers(root, Number(values.minimum), values.parser);
if (values.json) {
  console.log(JSON.stringify(result));
} else {
  for (const { rule, from, to } of result.violations) console.error(`${rule}: ${from} → ${to}`);
  const verdict = result.violations.length === 0 ? 'hold' : `broken in ${result.violations.length} places`;
  console.log(
    `layers: ${verdict} (${result.modules} modules, ${result.dependencies} imports read in ${relative(process.cwd(), root) || '.'})`,
  );
}
if (result.violations.length > 0) process.exitCode = 1;
