import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, vi } from 'vitest';
import { openEchoDoor } from '../test/echo-door.ts';

it('counts the connections that are open', async () => {
  const { server } = await openEchoDoor();
  expect(server.connections).toBe(0);
  const clients = [1, 2].map(() => connect(server.address.port, '127.0.0.1'));
  await Promise.all(clients.map((client) => once(client, 'connect')));
  await vi.waitFor(() => expect(server.connections).toBe(2));
  clients[0]?.destroy();
  await vi.waitFor(() => expect(server.connections).toBe(1));
  clients[1]?.destroy();
  await vi.waitFor(() => expect(server.connections).toBe(0));
  await server.stop(0);
});
