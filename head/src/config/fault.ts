import type { $ZodIssue } from 'zod/v4/core';
import type { Document, LineCounter, Node } from 'yaml';
import { isMap, isNode, isScalar } from 'yaml';

/** One fault of polynas.yaml, with its place; lines and columns count from 1. */
export interface ConfigurationFault {
  readonly line: number;
  readonly column: number;
  /** Dotted path of the value, e.g. `doors.nfs.port`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

export function formatFault(file: string, fault: ConfigurationFault): string {
  const subject = fault.path === '' ? '' : `${fault.path}: `;
  return `${file}:${fault.line}:${fault.column}: ${subject}${fault.message}`;
}

type Path = readonly PropertyKey[];

function dotted(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** The node at a path, or the nearest one above it that is there: a missing value has the place of what should hold it. */
function nearestNode(document: Document, path: Path): Node | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node;
  }
  return document.contents ?? undefined;
}

/** Where a key stands in the mapping at a path. */
function keyNode(document: Document, path: Path, key: string): Node | undefined {
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
  return isNode(pair?.key) ? pair.key : undefined;
}

function expectation(issue: $ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = {
        record: 'a mapping',
        object: 'a mapping',
        array: 'a list',
        int: 'a whole number',
        number: 'a number',
        string: 'text',
        boolean: 'true or false',
      };
      const wanted: string = Object.hasOwn(expected, issue.expected)
        ? expected[issue.expected as keyof typeof expected]
        : issue.expected;
      return issue.input === undefined ? `is required: ${wanted}` : `expected ${wanted}, got ${describe(issue.input)}`;
    }
    case 'invalid_value':
      return `expected one of ${issue.values.map(String).join(', ')}, got ${describe(issue.input)}`;
    case 'too_small':
    case 'too_big':
      return bounds(issue);
    default:
      return issue.message;
  }
}

function bounds(issue: Extract<$ZodIssue, { code: 'too_small' | 'too_big' }>): string {
  // A message of the schema's own says it better.
  if (!/^Too (small|big)/.test(issue.message)) return issue.message;
  const small = issue.code === 'too_small';
  const limit = small ? issue.minimum : issue.maximum;
  const unit = issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : '';
  return `expected ${small ? 'at least' : 'at most'} ${limit}${unit}`;
}

function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  // A value at a wrong place may be a secret: only what cannot be one is repeated.
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'text';
}

/** Faults that zod found, with the lines that they come from. */
export function faultsOfIssues(
  issues: readonly $ZodIssue[],
  document: Document,
  lines: LineCounter,
): readonly ConfigurationFault[] {
  const place = (node: Node | undefined) => {
    const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults = issues.flatMap((issue): ConfigurationFault[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        ...place(keyNode(document, issue.path, key)),
        path: dotted([...issue.path, key]),
        message: 'unknown key',
      }));
    }
    return [{ ...place(nearestNode(document, issue.path)), path: dotted(issue.path), message: expectation(issue) }];
  });
  // Of a value of the wrong type zod checks the bounds as well: the first fault of a place says it.
  const said = new Set<string>();
  return faults.filter(({ path }) => !said.has(path) && said.add(path));
}
