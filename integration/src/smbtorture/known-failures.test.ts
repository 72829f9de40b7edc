import { expect, test } from 'vitest';
import { compare, isRun, readKnownFailures } from './known-failures.ts';

test('what is known, what is new, what is fixed', () => {
  const known = readKnownFailures('# a comment\n\na.b | not there yet\na.c | never\na.e | not run here\n');
  const results = [
    { test: 'a.a', outcome: 'passed', why: '' },
    { test: 'a.b', outcome: 'failed', why: 'x' },
    { test: 'a.c', outcome: 'passed', why: '' },
    { test: 'a.d', outcome: 'failed', why: 'y' },
    { test: 'a.f', outcome: 'skipped', why: 'z' },
  ] as const;
  expect(compare(results, known)).toEqual({
    passed: 2,
    skipped: 1,
    failedAsKnown: 1,
    unexpected: ['a.d: y'],
    fixed: ['a.c'],
  });
});

test('what takes too long to fail is not run', () => {
  const known = readKnownFailures('a.b | not run: hangs\na.c | fails at once');
  expect(['a.a', 'a.b', 'a.c'].filter((name) => isRun(name, known))).toEqual(['a.a', 'a.c']);
});

test('each line needs a reason, and comes once', () => {
  expect(() => readKnownFailures('a.b')).toThrow('without a reason');
  expect(() => readKnownFailures('a.b | ')).toThrow('without a reason');
  expect(() => readKnownFailures('a.b | x\na.b | y')).toThrow('twice');
});
