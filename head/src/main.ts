import { abandonedClients, exitNow } from '@polynas/backend-cephfs';
import { run } from './cli/program.ts';
import { systemCode } from './system-error.ts';

// `polynas user list | head -1`: whoever read has read enough.
process.stdout.on('error', (error) => {
  if (systemCode(error) !== 'EPIPE') throw error;
});

const code = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  environment: { ...process.env },
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
process.exitCode = code;
// Everything was written by now (pipes, files and terminals are written at once); threads that hang in a lost cluster would hold the process.
if (abandonedClients() > 0) exitNow(code);
