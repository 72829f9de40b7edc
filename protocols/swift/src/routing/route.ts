import type { Headers } from '@polynas/http';
import { SwiftError } from '../errors.ts';
import type { Operation, Row } from './table.ts';
import { table } from './table.ts';
import type { Target } from './target.ts';

export type Route = Row & { readonly operation: Operation };

const rows: readonly Route[] = table;

/** Finds the row. Throws `NotFound` for what is no place here, `MethodNotAllowed`. */
export function route(method: string, target: Target, headers: Headers): Route {
  const here = rows.filter((row) => row.level === target.level && pathHolds(row.path, target.path));
  if (here.length === 0) throw new SwiftError('NotFound');
  for (const row of here) {
    if (row.method === method && queryHolds(row, target) && headerHolds(row.header, headers)) {
      return row;
    }
  }
  throw new SwiftError('MethodNotAllowed', { headers: { allow: methodsOf(target).join(', ') } });
}

/** The methods that a place knows. */
export function methodsOf(target: Target): readonly string[] {
  const here = rows.filter((row) => row.level === target.level && pathHolds(row.path, target.path));
  return [...new Set(here.map((row) => row.method))];
}

function pathHolds(wanted: string | undefined, path: string): boolean {
  if (wanted === undefined) return true;
  const pieces = path.replace(/\/+$/, '').split('/');
  const expected = wanted.split('/');
  return (
    pieces.length === expected.length &&
    expected.every((piece, index) => piece === pieces[index] || (piece === '*' && pieces[index] !== ''))
  );
}

function headerHolds(condition: string | undefined, headers: Headers): boolean {
  if (condition === undefined) return true;
  const [name, start = ''] = condition.split('=') as [string, string?];
  return headers.get(name)?.toLowerCase().startsWith(start) === true;
}

function queryHolds({ query = [] }: Row, target: Target): boolean {
  return query.every((condition) => {
    const [name, value] = condition.split('=') as [string, string?];
    const found = target.query.get(name);
    return found !== undefined && (value === undefined || found === value);
  });
}
