import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Guard, GuardAccess, GuardConflict } from '../service/index.ts';
import { access } from '../service/index.ts';
import { TestClock } from '../test/clock.ts';
import { isConflict } from './guards.ts';
import { StateTable } from './table.ts';

const operations = ['read', 'write', 'truncate', 'replace', 'rename', 'delete'] as const satisfies GuardAccess[];
const states = [
  'SMB lock, exclusive',
  'SMB lock, shared',
  'POSIX lock, exclusive',
  'POSIX lock, shared',
  'deny read',
  'deny write',
  'deny delete',
  'delete-pending',
  'lease',
] as const;
type State = (typeof states)[number];

/** NFSv4 comes with a state owner of its own, SMB with one as well; the others are transient. */
const doors = {
  SMB: { door: 'smb', opener: { client: 'c2', owner: 'smb' } },
  NFSv3: { door: 'nfs' },
  NFSv4: { door: 'nfs', opener: { client: 'c2', owner: 'v4' } },
  'S3/Swift': { door: 's3' },
} as const;

// L locked, S sharingViolation, D deletePending, · goes on. Columns as in `states`.
const everybody: Record<GuardAccess, string> = {
  read: 'L···S··D·',
  write: 'LL···S·D·',
  truncate: 'LL···S·D·',
  replace: 'LL···SSD·',
  rename: '······SD·',
  delete: '······SD·',
};
const cells: Record<keyof typeof doors, Record<GuardAccess, string>> = {
  SMB: { ...everybody, read: 'L·L·S··D·', write: 'LLLL·S·D·', truncate: '··LL·S·D·', replace: 'LLLL·SSD·' },
  NFSv3: everybody,
  NFSv4: everybody,
  'S3/Swift': everybody,
};
const words: Record<string, string> = { L: 'locked', S: 'sharingViolation', D: 'deletePending', '·': '–' };

function tableWith(state: State): StateTable {
  const table = new StateTable(new TestClock());
  const held = table.volume('v').fileFor({ share: 1, id: 7n });
  const opener = { client: 'c1', owner: 'holder' };
  const record = {
    id: 1n,
    file: { share: 1, id: 7n },
    access: access.readData | access.writeData | access.delete,
    deny: 0,
    opener,
    door: 'smb',
    place: undefined,
    deleteOnClose: false,
    isDirectory: false,
  };
  const range = { start: 10n, end: 19n };
  const mode = state.endsWith('exclusive') ? 'exclusive' : 'shared';
  if (state.startsWith('SMB lock')) held.locks.add({ kind: 'smb', mode, range, opener, door: 'smb', open: 1n });
  if (state.startsWith('POSIX lock')) held.locks.add({ kind: 'posix', mode, range, opener, door: 'nfs' });
  const denied = { 'deny read': access.readData, 'deny write': access.writeData, 'deny delete': access.delete }[
    state as string
  ];
  held.opens.set(1n, { ...record, deny: denied ?? 0 });
  held.deletePending = state === 'delete-pending';
  return table;
}

const outcome = (result: Guard | GuardConflict): string => (isConflict(result) ? result.reason : '–');

describe('state matrix', () => {
  for (const [name, who] of Object.entries(doors)) {
    for (const operation of operations) {
      for (const [column, state] of states.entries()) {
        const expected = words[cells[name as keyof typeof doors][operation].charAt(column)];
        it(`${name} ${operation} against ${state}: ${expected}`, () => {
          const range = { start: 15, end: 15 };
          const request = { volume: 'v', file: 7n, access: operation, ...who };
          const touching = ['read', 'write', 'truncate'].includes(operation) ? { ...request, range } : request;
          expect(outcome(tableWith(state).enter(touching))).toBe(expected);
          if (!('range' in touching) || !state.includes('lock')) return;
          expect(outcome(tableWith(state).enter({ ...request, range: { start: 20, end: 29 } }))).toBe('–');
        });
      }
    }
  }

  it('is what the document says', () => {
    const lines = [
      `| door | operation | ${states.join(' | ')} |`,
      `|---|---|${states.map(() => '---|').join('')}`,
      ...Object.entries(cells).flatMap(([name, rows]) =>
        operations.map((operation) => {
          const row = rows[operation]
            .split('')
            .map((cell) => words[cell])
            .join(' | ');
          return `| ${name} | ${operation} | ${row} |`;
        }),
      ),
    ];
    const document = readFileSync(new URL('../../../docs/design/state-matrix.md', import.meta.url), 'utf8');
    const compact = (text: string) =>
      text
        .replace(/ +/g, ' ')
        .replace(/-{3,}/g, '---')
        .replace(/ ?\| ?/g, '|');
    expect(compact(document)).toContain(compact(lines.join('\n')));
  });

  it('lets a holder do through its own open what the open was granted', () => {
    for (const state of ['SMB lock, exclusive', 'deny read', 'deny write', 'delete-pending'] as const) {
      const request = { volume: 'v', file: 7n, access: 'read' as const, door: 'smb' as const, open: 1n };
      expect(outcome(tableWith(state).enter({ ...request, opener: { client: 'c1', owner: 'holder' } }))).toBe('–');
    }
  });

  it('refuses to write under one’s own shared SMB lock', () => {
    const request = { volume: 'v', file: 7n, access: 'write' as const, door: 'smb' as const, open: 1n };
    expect(outcome(tableWith('SMB lock, shared').enter(request))).toBe('locked');
  });
});
