import { InvalidArgumentError } from 'commander';
import { isClientPattern } from '@polynas/admin/client-pattern';

/** A rule as the admin API takes it. */
export interface NfsRule {
  readonly clients: string;
  readonly access?: 'ro' | 'rw';
  readonly squash?: 'none' | 'root' | 'all';
  readonly anonymousUid?: number;
  readonly anonymousGid?: number;
  readonly privilegedPort?: boolean;
}

const words: Readonly<Record<string, Partial<NfsRule>>> = {
  ro: { access: 'ro' },
  rw: { access: 'rw' },
  root_squash: { squash: 'root' },
  no_root_squash: { squash: 'none' },
  all_squash: { squash: 'all' },
  secure: { privilegedPort: true },
  insecure: { privilegedPort: false },
};

function option(text: string): Partial<NfsRule> {
  const word = Object.hasOwn(words, text) ? words[text] : undefined;
  if (word) return word;
  const [, name, id] = /^(anonuid|anongid)=(\d{1,10})$/.exec(text) ?? [];
  if (name === undefined || id === undefined)
    throw new InvalidArgumentError(`"${text}" is none of ${Object.keys(words).join(', ')}, anonuid=N, anongid=N.`);
  return name === 'anonuid' ? { anonymousUid: Number(id) } : { anonymousGid: Number(id) };
}

/** `10.0.0.0/8(rw,root_squash,anonuid=1000)`: the form that exports(5) has for a client. Without options: read-write, root squashed to nobody. */
export function parseNfsRule(text: string): NfsRule {
  const [, clients, options = ''] = /^([^()\s]+)(?:\(([^()\s]*)\))?$/.exec(text) ?? [];
  if (clients === undefined || !isClientPattern(clients)) {
    throw new InvalidArgumentError(
      'Expected an address, a prefix or *, with options in brackets: 10.0.0.0/8(rw,root_squash).',
    );
  }
  return Object.assign(
    { clients },
    ...options
      .split(',')
      .filter((part) => part !== '')
      .map(option),
  ) as NfsRule;
}

/** The same form, for people. */
export function formatNfsRule(rule: NfsRule): string {
  const squash = { none: 'no_root_squash', root: 'root_squash', all: 'all_squash' }[rule.squash ?? 'root'];
  const anonymous = rule.squash === 'none' ? [] : [`anonuid=${rule.anonymousUid}`, `anongid=${rule.anonymousGid}`];
  const parts = [rule.access ?? 'rw', squash, ...anonymous, ...(rule.privilegedPort === true ? ['secure'] : [])];
  return `${rule.clients}(${parts.join(',')})`;
}

/** For options that may be given more than once. */
export function collectNfsRule(text: string, before: readonly NfsRule[] | undefined): readonly NfsRule[] {
  return [...(before ?? []), parseNfsRule(text)];
}
