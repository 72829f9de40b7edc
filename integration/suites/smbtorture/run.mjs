// Runs smbtorture's suites against the head and compares with known-failures; --help lists the options. See README.md.
import process from 'node:process';

const { main } = await import('../../dist/smbtorture/main.js');
process.exit(await main(process.argv.slice(2)));
