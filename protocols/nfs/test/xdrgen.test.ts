import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emit } from '../tools/xdr/emit.ts';
import { parse } from '../tools/xdr/parse.ts';
import { generate } from '../tools/xdrgen.ts';

describe('xdrgen', () => {
  it.each(generate())('leaves no difference to $path', ({ path, text }) => {
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('lifts out unnamed unions and structs', () => {
    const text = emit(parse('enum e { A = 0 }; struct s { union switch (e t) { case A: int x; } u; };'), 's.x');
    expect(text).toContain('export type SU =');
    expect(text).toContain('readonly u: SU;');
  });

  it('makes an array of a linked list', () => {
    const text = emit(parse('struct node { int value; node *next; }; struct s { node *first; };'), 's.x');
    expect(text).toContain('readonly first: readonly Node[];');
    expect(text).not.toContain('next');
  });

  it('names the line of a mistake', () => {
    expect(() => parse('const A = 1;\nstruct s { int x }')).toThrow('line 2: ; expected, } found');
    expect(() => parse('const A = 1;\n$')).toThrow('line 2');
    expect(() => emit(parse('struct s { missing x; };'), 's.x')).toThrow('missing is not defined');
  });
});
