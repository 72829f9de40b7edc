import { decodePercent } from './percent.ts';

export interface QueryParameter {
  readonly name: string;
  /** Empty both for `?name` and for `?name=`; see `bare`. */
  readonly value: string;
  /** The parameter came without `=`, as subresources do. */
  readonly bare: boolean;
}

/** The decoded query of a request target, in the order sent and with repetitions. */
export class Query {
  readonly parameters: readonly QueryParameter[];

  constructor(parameters: readonly QueryParameter[]) {
    this.parameters = parameters;
  }

  has(name: string): boolean {
    return this.parameters.some((parameter) => parameter.name === name);
  }

  /** The first value of this name; `undefined` when it was not sent. */
  get(name: string): string | undefined {
    return this.parameters.find((parameter) => parameter.name === name)?.value;
  }
}

/** Parses what follows the `?`. Throws `badTarget`. */
export function parseQuery(raw: string): Query {
  if (raw === '') return new Query([]);
  const parameters: QueryParameter[] = [];
  for (const piece of raw.split('&')) {
    if (piece === '') continue;
    const equals = piece.indexOf('=');
    const name = equals < 0 ? piece : piece.slice(0, equals);
    const value = equals < 0 ? '' : piece.slice(equals + 1);
    // In a query, unlike in a path, `+` is a space: AWS and every client that builds queries as forms agree.
    parameters.push({
      name: decodePercent(name.replaceAll('+', ' ')),
      value: decodePercent(value.replaceAll('+', ' ')),
      bare: equals < 0,
    });
  }
  return new Query(parameters);
}
