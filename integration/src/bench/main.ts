import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runBench } from './bench.ts';
import { readOptions, usage } from './options.ts';
import { type TimeWindow, topFunctions } from './profile/self-time.ts';
import { replaceTables } from './report/document.ts';
import { markdown, progressLine } from './report/table.ts';

/** The program behind `npm run bench`; resolves to its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(usage);
    return 0;
  }
  const profile = options.profile === undefined ? undefined : resolve(options.profile);
  if (profile !== undefined) mkdirSync(profile, { recursive: true });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const windows: TimeWindow[] = [];
  const results = await runBench(
    { ...options, ...(profile !== undefined && { profile }) },
    { say, onRow: (row) => say(progressLine(row)), onRound: (window) => windows.push(window) },
  );
  const tables = markdown(results);
  say(`\n${tables}`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, undefined, 1)}\n`);
  if (options.markdown !== undefined) replaceTables(options.markdown, options.backend, tables);
  if (profile !== undefined) {
    say(`Functions of the head with most self time during the rounds (profile in ${profile}):`);
    for (const { name, place, share } of topFunctions(profile, windows, 40)) {
      say(`  ${(share * 100).toFixed(1).padStart(5)} %  ${name}  ${place}`);
    }
  }
  return 0;
}
