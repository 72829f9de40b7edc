// The tools need the Node that `npm ci` puts in node_modules/.bin; started by hand they may meet an older one.
import process from 'node:process';

/** Ends the process with one clear line when this Node is older than 22. */
export function requireNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 22) return;
  console.error(
    `This needs Node 22 or newer and this is Node ${process.versions.node}: run it through npm (npm run …), or as node tools/with-node.mjs COMMAND.`,
  );
  process.exit(1);
}
