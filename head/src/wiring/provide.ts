import { injectable } from '@tsed/di';
import type { PartName, Parts } from './tokens.ts';
import { token } from './tokens.ts';

/** Registers a part that is there already. */
export function provideValue<Name extends PartName>(name: Name, value: Parts[Name]): void {
  injectable(token(name)).value(value);
}

/** Registers how a part is made of others; Ts.ED makes each once, after those that it needs. */
export function provide<Name extends PartName, const Needs extends readonly PartName[]>(
  name: Name,
  needs: Needs,
  make: (parts: Pick<Parts, Needs[number]>) => Promise<Parts[Name]>,
): void {
  injectable(token(name))
    .deps(needs.map(token))
    .asyncFactory((...values: unknown[]) => {
      const parts = Object.fromEntries(needs.map((need, index) => [need, values[index]]));
      return make(parts as Pick<Parts, Needs[number]>);
    });
}
