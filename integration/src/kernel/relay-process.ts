// Inner half of a relay, run inside the private network: relay-process.ts ADDRESS PORT UNIX_SOCKET
import { connect, createServer } from 'node:net';
import { join } from './relay-join.ts';

const [address = '', port = '', socketPath = ''] = process.argv.slice(2);

const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  join(client, connect({ path: socketPath, allowHalfOpen: true }));
});
server.listen(Number(port), address, () => process.stdout.write('listening\n'));
