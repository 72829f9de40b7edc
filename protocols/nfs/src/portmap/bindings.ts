import type { Program } from '../rpc/program.ts';

/** One version of a program and where it is served; TCP only. */
export interface Binding {
  readonly program: number;
  readonly version: number;
  readonly port: number;
}

/** All versions of the programs, as a server at `port` serves them. */
export function bindingsOf(programs: readonly Program[], port: number): Binding[] {
  return programs.flatMap(({ number, versions }) =>
    versions.map((version) => ({ program: number, version: version.number, port })),
  );
}

/** What a port mapper answers from. The set is fixed: other programs of the host do not register with us. */
export class BindingTable {
  readonly all: readonly Binding[];

  constructor(bindings: readonly Binding[]) {
    this.all = bindings;
  }

  find(program: number, version: number): Binding | undefined {
    return this.all.find((binding) => binding.program === program && binding.version === version);
  }

  /** As `find`, or the program's highest version where this one is not served (RFC 1833 §2.2.1, GETADDR: the caller learns of the mismatch when it calls). */
  findAny(program: number, version: number): Binding | undefined {
    const exact = this.find(program, version);
    if (exact !== undefined) return exact;
    return this.all.filter((binding) => binding.program === program).toSorted((a, b) => b.version - a.version)[0];
  }
}
