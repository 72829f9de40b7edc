import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { polynas } from './head-process.ts';

it('a share that is not empty is told with the option that removes it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'polynas-share-remove-'));
  const socket = join(directory, 'admin.sock');
  const share = { id: 1, tenant: 'default', name: 'docs', owner: 'ada', volume: 'main', readOnly: false, doors: {} };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const full = request.method === 'DELETE' && !request.url?.includes('force');
    response.statusCode = full ? 409 : 200;
    response.end(JSON.stringify(full ? { code: 'notEmpty', detail: 'Not empty' } : { shares: [share] }));
  }).listen(socket);
  await once(server, 'listening');
  const remove = (...more: string[]) => polynas(directory, ['--socket', socket, 'share', 'remove', 'docs', ...more]);
  expect(await remove()).toMatchObject({
    code: 1,
    err: 'polynas: share docs is not empty: --force removes it with everything in it\n',
  });
  expect(await remove('--force')).toMatchObject({ code: 0 });
  expect(asked).toContain('DELETE /v1/shares/1?force=true');
  server.close();
});
