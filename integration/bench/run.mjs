// npm run bench: starts the head and its peers, drives them with the same loads, prints ratios. --help lists the options.
import process from 'node:process';
import { requireNode } from '../../tools/require-node.mjs';

requireNode();
const { main } = await import('../dist/bench/main.js');
// So that exit handlers run, which remove the servers' data; the kernel ends the servers themselves.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
// Everything that was started is gone by now; a socket that lingers must not keep the program.
process.exit(await main(process.argv.slice(2)));
