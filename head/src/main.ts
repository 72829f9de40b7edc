import { run } from './cli/program.ts';

process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  environment: { ...process.env },
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
