import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anna, door, jsonOf, withDoor } from '../test/with-door.ts';

withDoor();

it('answers what is no place, and what could not be parsed', async () => {
  expect((await anna.send('GET', '/nothing')).status).toBe(404);
  expect((await anna.send('GET', '/v1/default/c')).status).toBe(404);
  expect((await anna.send('GET', '/v1/AUTH_default//k')).status).toBe(404);
  expect((await anna.send('GET', 'c/%00')).status).toBe(412);
  expect((await anna.send('GET', 'c/%ff')).status).toBe(412);
  const known = await anna.send('OPTIONS', 'c/k');
  expect(known.headers.get('allow')).toContain('COPY');
  expect(jsonOf((await (await door.client()).send('GET', '/info')).text)).toMatchObject({ swift: {}, slo: {} });
});

it('no header or path makes a fault of ours', async () => {
  await anna.send('PUT', 'c');
  const text = fc.string({ unit: fc.constantFrom(...Array.from('ab/%,;:="-.*?&0129 é\u0001')) });
  const names = [
    'range',
    'if-match',
    'if-none-match',
    'if-modified-since',
    'x-delete-at',
    'x-copy-from',
    'destination',
    'x-object-manifest',
    'accept',
    'x-container-read',
    'etag',
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'COPY'),
      text,
      fc.constantFrom('', '?multipart-manifest=get', '?multipart-manifest=put', '?temp_url_sig=a', '?bulk-delete'),
      fc.dictionary(fc.constantFrom(...names), text),
      async (method, key, query, given) => {
        const headers = Object.fromEntries(
          Object.entries(given).map(([name, value]) => [
            name,
            Buffer.from(value.replaceAll('\u0001', '')).toString('latin1').trim(),
          ]),
        );
        const body = method === 'PUT' || method === 'POST' ? 'x' : undefined;
        const { status } = await anna.send(method, `c/${encodeURI(key)}${query}`, headers, body);
        expect(status === 501 || status < 500).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});
