import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { FormReader } from '../request/form.ts';
import { anna, door, withDoor } from '../test/with-door.ts';

withDoor();

describe('forms', () => {
  const key = 'form-key';
  const path = '/v1/AUTH_default/c/prefix-';
  const pieces = (
    fields: Record<string, string>,
    files: readonly (readonly [name: string, content: string])[],
  ): string =>
    [
      ...Object.entries(fields).map(
        ([name, value]) => `--XX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      ),
      ...files.map(
        ([name, content], index) =>
          `--XX\r\nContent-Disposition: form-data; name="file${index}"; filename="${name}"\r\nContent-Type: text/x-${index}\r\n\r\n${content}\r\n`,
      ),
      '--XX--\r\n',
    ].join('');
  const fieldsOf = (change: Record<string, string> = {}, secret = key): Record<string, string> => {
    const fields = {
      redirect: '',
      max_file_size: '10',
      max_file_count: '2',
      expires: String(Math.floor(Date.now() / 1000) + 60),
      ...change,
    };
    const text = [path, fields.redirect, fields.max_file_size, fields.max_file_count, fields.expires].join('\n');
    return { ...fields, signature: createHmac('sha256', secret).update(text).digest('hex') };
  };
  const send = async (body: string) =>
    fetch(`${door.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'multipart/form-data; boundary=XX' },
      body,
    });

  beforeEach(async () => {
    await anna.send('PUT', 'c', { 'x-container-meta-temp-url-key': key });
  });

  it('with a signature store their files', async () => {
    const answer = await send(
      pieces(fieldsOf(), [
        ['a', 'one\r\n--X'],
        ['b.txt', ''],
        ['', ''],
      ]),
    );
    expect(answer.status).toBe(201);
    expect((await anna.send('GET', 'c')).text).toBe('prefix-a\nprefix-b.txt\n');
    const read = await anna.send('GET', 'c/prefix-a');
    expect([read.text, read.headers.get('content-type')]).toEqual(['one\r\n--X', 'text/x-0']);
    const redirect = 'https://example.org/done?x=1';
    const back = await send(pieces(fieldsOf({ redirect }), [['a', 'x']]));
    expect([back.status, back.headers.get('location')]).toEqual([303, `${redirect}&status=201&message=`]);
    const long = await send(pieces(fieldsOf({ redirect }), [['a', 'x'.repeat(11)]]));
    expect(long.headers.get('location')).toContain('&status=413&message=FormPost%3A%20max_file_size');
    // Nobody is sent where no signature says.
    const elsewhere = 'https://elsewhere.example/';
    const forged = await send(pieces({ ...fieldsOf(), redirect: elsewhere }, [['a', 'x']]));
    expect([forged.status, forged.headers.get('location')]).toEqual([401, null]);
    const late =
      '--XX\r\nContent-Disposition: form-data; name="redirect"\r\n\r\nhttps://elsewhere.example/\r\n--XX--\r\n';
    const signedFirst = pieces(fieldsOf({ redirect }), [['a', 'x']]).replace('--XX--\r\n', late);
    expect((await send(signedFirst)).headers.get('location')).toBe(`${redirect}&status=201&message=`);
  });

  it.each([
    ['a wrong key', () => pieces(fieldsOf({}, 'wrong'), [['a', 'x']]), 401],
    ['other words than were signed', () => pieces({ ...fieldsOf(), max_file_size: '99' }, [['a', 'x']]), 401],
    ['a time that is over', () => pieces(fieldsOf({ expires: '1' }), [['a', 'x']]), 401],
    ['no signature before the files', () => pieces({}, [['a', 'x']]), 400],
    ['more bytes', () => pieces(fieldsOf(), [['a', 'x'.repeat(11)]]), 413],
    ['no files', () => pieces(fieldsOf(), []), 400],
    ['no end', () => pieces(fieldsOf(), [['a', 'x']]).slice(0, -12), 499],
    ['another boundary', () => '--YY--', 499],
    ['no name', () => '--XX\r\n\r\nx\r\n--XX--', 400],
  ])('of %s are refused', async (_what, body, status) => {
    expect((await send(body())).status).toBe(status);
    expect((await anna.send('HEAD', 'c/prefix-a')).status).toBe(404);
  });

  it('of more files store the first ones', async () => {
    expect(
      (
        await send(
          pieces(
            fieldsOf(),
            ['a', 'b', 'c'].map((name) => [name, name] as const),
          ),
        )
      ).status,
    ).toBe(400);
    expect((await anna.send('GET', 'c')).text).toBe('prefix-a\nprefix-b\n');
  });

  it('are read alike in whatever pieces they come', async () => {
    const text = pieces({ a: '1' }, [['f', 'one\r\n--X\r\r\n--XY']]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 12 }), async (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const source = {
          async *[Symbol.asyncIterator]() {
            for (const [index, edge] of edges.slice(1).entries()) yield Buffer.from(text.slice(edges[index], edge));
          },
        };
        const reader = new FormReader(source, 'XX');
        expect(await reader.next()).toEqual({ name: 'a', fileName: undefined, type: undefined });
        expect(await reader.text()).toBe('1');
        expect(await reader.next()).toEqual({ name: 'file0', fileName: 'f', type: 'text/x-0' });
        expect(await reader.text()).toBe('one\r\n--X\r\r\n--XY');
        expect(await reader.next()).toBeUndefined();
      }),
    );
  });
});
