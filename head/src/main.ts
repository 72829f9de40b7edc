import { run } from './cli/program.ts';
import { systemCode } from './system-error.ts';

// `polynas user list | head -1`: whoever read has read enough.
process.stdout.on('error', (error) => {
  if (systemCode(error) !== 'EPIPE') throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  environment: { ...process.env },
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
