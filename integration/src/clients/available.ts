import { programPath } from './command.ts';

const said = new Set<string>();

/**
 * Why a client cannot run here, or undefined; said aloud once. Tests pass it to `ctx.skip` or `skipIf`. With
 * POLYNAS_REQUIRE_CLIENTS=1 (CI) a client that is missing is an error instead.
 */
export function missingProgram(program: string, debianPackage: string): string | undefined {
  if (programPath(program) !== undefined) return undefined;
  const reason = `${program} is not installed (Debian package ${debianPackage})`;
  if (process.env['POLYNAS_REQUIRE_CLIENTS'] === '1') throw new Error(reason);
  if (!said.has(reason)) process.stderr.write(`\n*** SKIPPED: tests with ${program}: ${reason} ***\n\n`);
  said.add(reason);
  return reason;
}
