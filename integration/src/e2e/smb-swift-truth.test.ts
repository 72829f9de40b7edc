import { createHash, createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticate } from '../bench/swift/swift-client.ts';
import { sdk as aws } from '../clients/aws-sdk.ts';
import { Rclone } from '../clients/rclone.ts';
import { SambaLibrary, SambaStatusError, smbDisposition, smbShare } from '../clients/samba-library.ts';
import { word } from '../clients/smbclient.ts';
import { SwiftCli } from '../clients/swift-cli.ts';
import { SwiftHttp } from '../clients/swift-http.ts';
import { declaredUser, openShare, users } from '../head/declared.ts';
import { Doors, noKernel } from './doors.ts';
import { allowed, fileModes, fileOf, folderModes, folderOf, matrix, operations, staff } from './permission-matrix.ts';
import type { MatrixCase, Operation } from './permission-matrix.ts';

const config = {
  users: users.map((user) => declaredUser(user.name === 'bob' ? { ...user, groups: [staff] } : user)),
  shares: [
    openShare,
    { name: 'nfs-only', owner: 'alice', mode: '0777', doors: { nfs: openShare.doors.nfs } },
    { name: 'read-only', owner: 'alice', mode: '0777', doors: { smb: { readOnly: true }, swift: { readOnly: true } } },
  ],
};

let doors: Doors;

beforeAll(async () => {
  doors = await Doors.open({ kernel: true, config });
});

afterAll(async () => {
  await doors?.[Symbol.asyncDispose]();
});

const md5 = (text: string | Buffer): string => createHash('md5').update(text).digest('hex');

const swiftAs = (user: string, container?: string): Promise<SwiftHttp> => SwiftHttp.as(doors.head, user, container);

function textFile(name: string, text: string): string {
  const file = join(doors.scratch, name);
  writeFileSync(file, text);
  return file;
}

describe('etags', () => {
  test('a file written by SMB has the MD5 of its bytes, for S3 and Swift', async ({ skip }) => {
    if (doors.smbclient.unavailable !== undefined) skip(doors.smbclient.unavailable);
    await doors.smbclient.put(textFile('by-smb', 'written by SMB'), 'etag/by-smb');
    expect(await doors.sdk.etag('etag/by-smb')).toBe(`"${md5('written by SMB')}"`);
    const swift = await swiftAs('alice');
    expect((await swift.request('HEAD', 'etag/by-smb')).headers.get('etag')).toBe(md5('written by SMB'));
  });

  test.skipIf(noKernel !== undefined)(
    'an SMB write of the same size with the mtime set back makes another etag',
    async () => {
      const { guest, sdk } = doors;
      const { at } = await doors.cifs({ dialect: '3.1.1', at: '/mnt/etag' });
      await sdk.putBytes('etag/trick', 'old!');
      const file = `${at}/etag/trick`;
      await guest.expect(`
      m=$(stat -c %y ${file})
      echo -n new! >/tmp/new && dd if=/tmp/new of=${file} conv=notrunc,fsync status=none
      touch -d "$m" ${file} && [ "$(stat -c %Y ${file})" = "$(date -d "$m" +%s)" ]`);
      expect(await sdk.etag('etag/trick')).toBe(`"${md5('new!')}"`);
      // Renamed and touched by SMB, it is the same object.
      await guest.expect(`mv ${file} ${at}/etag/moved && touch -d 2001-01-01 ${at}/etag/moved`);
      expect(await sdk.etag('etag/moved')).toBe(`"${md5('new!')}"`);
    },
  );

  test('a wrong ETag in a Swift PUT is refused, and nothing is there', async () => {
    const swift = await swiftAs('alice');
    expect((await swift.request('PUT', 'etag/wrong', { etag: md5('other') }, 'content')).status).toBe(422);
    expect((await swift.request('HEAD', 'etag/wrong')).status).toBe(404);
    const { status, headers } = await swift.request('PUT', 'etag/right', { etag: md5('content') }, 'content');
    expect([status, headers.get('etag')?.replaceAll('"', '')]).toEqual([201, md5('content')]);
  });
});

describe('S3 and Swift are two dialects of one store', () => {
  test('metadata and content headers, both ways', async () => {
    const { client, bucket: Bucket } = doors.sdk;
    const swift = await swiftAs('alice');
    const put = new aws.PutObjectCommand({
      Bucket,
      Key: 'both/s3',
      Body: 'x',
      ContentType: 'text/x-s3',
      Metadata: { colour: 'blue' },
    });
    await client.send(put);
    const { headers } = await swift.request('HEAD', 'both/s3');
    expect([headers.get('x-object-meta-colour'), headers.get('content-type')]).toEqual(['blue', 'text/x-s3']);

    const meta = { 'x-object-meta-shape': 'round', 'content-type': 'text/x-swift' };
    expect((await swift.request('PUT', 'both/swift', meta, 'y')).status).toBe(201);
    const head = await client.send(new aws.HeadObjectCommand({ Bucket, Key: 'both/swift' }));
    expect([head.Metadata, head.ContentType]).toEqual([{ shape: 'round' }, 'text/x-swift']);
    // A POST replaces all of it.
    expect((await swift.request('POST', 'both/swift', { 'x-object-meta-size': 'large' })).status).toBe(202);
    const after = await client.send(new aws.HeadObjectCommand({ Bucket, Key: 'both/swift' }));
    expect(after.Metadata).toEqual({ size: 'large' });
    expect(after.ETag).toBe(`"${md5('y')}"`);
  });

  test('an upload in parts by S3 is one object for Swift, and the reverse', async ({ skip }) => {
    const { sdk, swift } = doors;
    const { client, bucket: Bucket } = sdk;
    const Key = 'both/parts';
    const { UploadId } = await client.send(new aws.CreateMultipartUploadCommand({ Bucket, Key }));
    const Parts = [];
    const bodies = [Buffer.alloc(5 * 2 ** 20, 1), Buffer.from('the end')];
    for (const [index, Body] of bodies.entries()) {
      const PartNumber = index + 1;
      const { ETag } = await client.send(new aws.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      Parts.push({ ETag, PartNumber });
    }
    await client.send(new aws.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    const whole = createHash('sha256').update(Buffer.concat(bodies)).digest('hex');
    if (swift.unavailable !== undefined) skip(swift.unavailable);
    // The swift client compares an MD5 with what it got only where the ETag is one.
    expect(await doors.rcloneSwift.sum(Key)).toBe(whole);

    const file = join(doors.scratch, 'segments');
    writeFileSync(file, Buffer.concat(bodies));
    for (const kind of ['slo', 'dlo']) {
      const args = ['--segment-size', '2000000', '--segment-container', 'segments', '--object-name', `both/${kind}`];
      await swift.expect(['upload', ...(kind === 'slo' ? ['--use-slo'] : []), ...args, 'files', file]);
      expect(await swift.sum(`both/${kind}`)).toBe(whole);
    }
    expect(await sdk.sum('both/slo')).toBe(whole);
  });

  test('a container that Swift makes is a bucket and a share', async ({ skip }) => {
    const { swift, head, smbclient } = doors;
    if (swift.unavailable !== undefined) skip(swift.unavailable);
    await swift.expect(['post', 'made-by-swift']);
    await new SwiftCli(head.swiftTarget('alice', 'made-by-swift')).put(textFile('x', 'x'), 'x');
    const s3 = doors.s3As('alice', 'made-by-swift');
    expect(await s3.keys()).toEqual(['x']);
    s3.close();
    if (smbclient.unavailable === undefined) {
      expect((await smbclient.shares()).stdout.toString()).toContain('Disk|made-by-swift|');
    }
    await swift.expect(['delete', 'made-by-swift']);
    expect((await swift.expect(['list'])).split('\n')).not.toContain('made-by-swift');
  });
});

const unavailable = noKernel ?? SambaLibrary.unavailable;

describe.skipIf(unavailable !== undefined)('who may do what: users × operations, allowed and denied', () => {
  const doorsOf = ['smb', 'swift'];

  beforeAll(async () => {
    const { guest, kernel } = doors;
    const lines = [`mkdir -m 755 ${kernel.at}/matrix && cd ${kernel.at}/matrix`];
    for (const folderMode of folderModes) {
      for (const fileMode of fileModes) {
        const files = users.flatMap((user) =>
          operations.flatMap((operation) =>
            doorsOf.map((door) => fileOf({ user, folderMode, fileMode }, operation, door)),
          ),
        );
        const folder = folderOf({ user: users[0]!, folderMode, fileMode });
        lines.push(
          `mkdir ${folder}`,
          ...files.filter((file) => !file.includes('-create-')).map((file) => `echo -n data >${file}`),
          `chmod ${fileMode.toString(8)} ${folder}/* && chown -R 1000:${staff} ${folder} && chmod ${folderMode.toString(8)} ${folder}`,
        );
      }
    }
    // Thousands of changes one after the other, each of them durable.
    await guest.expect(`set -e\n${lines.join('\n')}\nsync`, { timeout: 280_000 });
  });

  /** By case in words, so that a difference says where it is. */
  function told(results: readonly Record<Operation, boolean>[]): Record<string, string> {
    return Object.fromEntries(
      matrix().map((one, index) => [
        `${one.user.name} in ${folderOf(one)}`,
        operations.filter((operation) => results[index]?.[operation] === true).join(' '),
      ]),
    );
  }

  async function table(
    attempt: (one: MatrixCase, operation: Operation) => Promise<boolean>,
  ): Promise<Record<string, string>> {
    const have: Record<Operation, boolean>[] = [];
    for (const one of matrix()) {
      const results: Partial<Record<Operation, boolean>> = {};
      for (const operation of operations) results[operation] = await attempt(one, operation);
      have.push(results as Record<Operation, boolean>);
    }
    return told(have);
  }

  test('through SMB', async () => {
    const libraries = new Map<string, SambaLibrary>();
    for (const { name } of users) libraries.set(name, await doors.samba(name));
    const share = smbShare.all;
    const opened = async (library: SambaLibrary, path: string, access: number, disposition: number): Promise<void> =>
      library.closeFile(await library.open(path, { access, share, disposition }));
    const have = await table(async (one, operation) => {
      const library = libraries.get(one.user.name)!;
      const path = `matrix/${fileOf(one, operation, 'smb')}`;
      try {
        // FILE_READ_DATA and FILE_WRITE_DATA alone: what else there is has rules of its own.
        if (operation === 'read') await opened(library, path, 1, smbDisposition.open);
        else if (operation === 'write') await opened(library, path, 2, smbDisposition.open);
        else if (operation === 'create') await opened(library, path, 2, smbDisposition.create);
        else if (operation === 'rename') await library.rename(path, `${path}.renamed`);
        else if (operation === 'delete') await library.unlink(path);
        else await library.list(`matrix/${folderOf(one)}`);
        return true;
      } catch (error) {
        if (!(error instanceof SambaStatusError)) throw error;
        expect({ status: error.status.toString(16), path }).toEqual({ status: 'c0000022', path });
        return false;
      }
    });
    for (const library of libraries.values()) await library.close();
    expect(have).toEqual(told(matrix().map(allowed)));
  });

  test('through Swift', async () => {
    const clients = new Map<string, SwiftHttp>();
    for (const { name } of users) clients.set(name, await swiftAs(name));
    const have = await table(async (one, operation) => {
      const swift = clients.get(one.user.name)!;
      const path = `matrix/${fileOf(one, operation, 'swift')}`;
      const did = async (method: string, ...rest: [string, Record<string, string>?, string?]): Promise<boolean> => {
        const { status } = await swift.request(method, ...rest);
        if (status < 300) return true;
        expect({ status, path }).toEqual({ status: 403, path });
        return false;
      };
      if (operation === 'read') return did('GET', path);
      if (operation === 'list') return did('GET', `?prefix=matrix/${folderOf(one)}/`);
      if (operation === 'delete') return did('DELETE', path);
      if (operation === 'rename') {
        return (await did('COPY', path, { destination: `files/${path}.renamed` })) && did('DELETE', path);
      }
      return did('PUT', path, {}, 'more');
    });
    // Swift renames by a copy, which reads; a PUT replaces, as S3's does.
    const wanted = matrix().map((one) => {
      const may = allowed(one);
      return { ...may, rename: may.rename && may.read };
    });
    expect(have).toEqual(told(wanted));
  });
});

describe('SMB refuses as Samba and Windows do, in the words of smbclient', () => {
  beforeAll(async () => {
    await doors.sdk.putBytes('refused/folder/file', 'x');
    await doors.sdk.putBytes('refused/other', 'y');
  });

  const cases: readonly (readonly [string, string])[] = [
    ['get nowhere /dev/null', 'NT_STATUS_OBJECT_NAME_NOT_FOUND'],
    ['get nowhere/file /dev/null', 'NT_STATUS_OBJECT_PATH_NOT_FOUND'],
    ['ls nowhere', 'NT_STATUS_NO_SUCH_FILE'],
    ['get refused /dev/null', 'NT_STATUS_FILE_IS_A_DIRECTORY'],
    ['get refused/other/below /dev/null', 'NT_STATUS_OBJECT_PATH_NOT_FOUND'],
    ['cd refused/other', 'NT_STATUS_NOT_A_DIRECTORY'],
    ['mkdir refused', 'NT_STATUS_OBJECT_NAME_COLLISION'],
    ['rename refused/other refused/folder', 'NT_STATUS_OBJECT_NAME_COLLISION'],
    ['rmdir refused', 'NT_STATUS_DIRECTORY_NOT_EMPTY'],
    ['rmdir refused/other', 'NT_STATUS_NOT_A_DIRECTORY'],
    ['rm nowhere', 'NT_STATUS_NO_SUCH_FILE'],
  ];

  test.for(cases)('%s: %s', async ([command, status], { skip }) => {
    if (doors.smbclient.unavailable !== undefined) skip(doors.smbclient.unavailable);
    expect((await doors.smbclient.run(command)).stdout.toString()).toContain(status);
  });

  test('logins and shares', async ({ skip }) => {
    const { head, smbclient } = doors;
    if (smbclient.unavailable !== undefined) skip(smbclient.unavailable);
    const { Smbclient } = await import('../clients/smbclient.ts');
    const target = head.smbTarget('alice');
    const said = async (change: Partial<typeof target>): Promise<string> =>
      (await new Smbclient({ ...target, ...change }).run('ls')).stdout.toString();
    expect(await said({ password: 'wrong' })).toContain('NT_STATUS_LOGON_FAILURE');
    expect(await said({ user: 'nobody' })).toContain('NT_STATUS_LOGON_FAILURE');
    expect(await said({ user: '', password: '' })).toMatch(/NT_STATUS_(LOGON_FAILURE|ACCESS_DENIED)/);
    expect(await said({ share: 'nowhere' })).toContain('NT_STATUS_BAD_NETWORK_NAME');
    // Not opened to SMB: it is not there.
    expect(await said({ share: 'nfs-only' })).toContain('NT_STATUS_BAD_NETWORK_NAME');
    const listed = (await smbclient.shares()).stdout.toString();
    expect(listed).toContain('Disk|files|');
    expect(listed).not.toContain('nfs-only');
  });

  test('without signatures', async ({ skip }) => {
    const client = doors.smbAs('alice', { protection: 'off' });
    if (client.unavailable !== undefined) skip(client.unavailable);
    // smbclient signs when the server insists, whatever it was told; npm's client cannot.
    expect((await client.run('ls refused')).status).toBe(0);
    await expect(doors.npmSmb2.asItComes()).rejects.toMatchObject({ header: { status: 0xc000_006d } });
  });

  test('a change of what is served read-only', async ({ skip }) => {
    const client = doors.smbAs('alice');
    if (client.unavailable !== undefined) skip(client.unavailable);
    const { Smbclient } = await import('../clients/smbclient.ts');
    const readOnly = new Smbclient({ ...doors.head.smbTarget('alice'), share: 'read-only' });
    expect((await readOnly.run('ls')).status).toBe(0);
    expect((await readOnly.run(`put "${textFile('x', 'x')}" ${word('x')}`)).stdout.toString()).toMatch(
      /NT_STATUS_(ACCESS_DENIED|MEDIA_WRITE_PROTECTED)/,
    );
  });
});

describe('Keystone', () => {
  test.for(['2', '3'] as const)('a token of version %s, and what its catalogue leads to', async (version, { skip }) => {
    const target = doors.head.swiftTarget('alice');
    const client = Rclone.keystone(target, version);
    if (client.unavailable !== undefined) skip(client.unavailable);
    await client.put(textFile('x', `by Keystone ${version}`), `keystone/${version}`);
    expect((await doors.sdk.bytes(`keystone/${version}`)).toString()).toBe(`by Keystone ${version}`);
    const wrong = Rclone.keystone({ ...target, key: 'wrong' }, version);
    // With version 2 it goes on to try Rackspace's own kind of key, which no Keystone knows.
    expect((await wrong.run(['lsf', wrong.remote('keystone')])).stderr).toMatch(/Authorization Failed|Bad Request/);
  });
});

describe('Swift refuses as Swift does', () => {
  test('a wrong key, an unknown user, no token, a wrong one', async () => {
    const { head } = doors;
    const { authUrl } = head.swiftTarget('alice');
    const login = async (user: string, key: string): Promise<number> =>
      (await fetch(authUrl, { headers: { 'x-auth-user': user, 'x-auth-key': key } })).status;
    expect(await login('default:alice', 'wrong')).toBe(401);
    expect(await login('default:nobody', 'wrong')).toBe(401);
    expect(await login('elsewhere:alice', head.swiftTarget('alice').key)).toBe(401);
    const access = await authenticate({ port: 0, ...head.swiftTarget('alice') });
    const url = `http://127.0.0.1:${head.swiftPort}${access.path}/files`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { 'x-auth-token': 'AUTH_tk0123456789' } })).status).toBe(401);
    expect((await fetch(url, { headers: { 'x-auth-token': access.token } })).status).toBe(200);
  });

  test('what is not there, and what is served read-only', async () => {
    const swift = await swiftAs('alice');
    expect((await swift.request('GET', 'nowhere')).status).toBe(404);
    expect((await (await swiftAs('alice', 'nowhere')).request('GET', 'x')).status).toBe(404);
    expect((await (await swiftAs('alice', 'nfs-only')).request('GET', 'x')).status).toBe(404);
    const readOnly = await swiftAs('alice', 'read-only');
    expect((await readOnly.request('PUT', 'x', {}, 'x')).status).toBe(403);
    expect((await readOnly.request('GET', '')).status).toBeLessThan(300);
  });

  test('a TempURL: good, expired, for another name, for another method', async () => {
    const access = await authenticate({ port: 0, ...doors.head.swiftTarget('alice') });
    const origin = `http://127.0.0.1:${doors.head.swiftPort}`;
    const key = 'a key for temporary URLs';
    const posted = await fetch(`${origin}${access.path}/files`, {
      method: 'POST',
      headers: { 'x-auth-token': access.token, 'x-container-meta-temp-url-key': key },
    });
    expect(posted.status).toBe(204);
    await doors.sdk.putBytes('temporary', 'for a while');
    const path = `${access.path}/files/temporary`;
    const url = (expires: number, method = 'GET'): string => {
      const signature = createHmac('sha256', key).update(`${method}\n${expires}\n${path}`).digest('hex');
      return `${origin}${path}?temp_url_sig=${signature}&temp_url_expires=${expires}`;
    };
    const now = Math.floor(Date.now() / 1000);
    const get = async (address: string, method = 'GET'): Promise<[number, string]> => {
      const answer = await fetch(address, { method });
      return [answer.status, answer.ok ? await answer.text() : ''];
    };
    expect(await get(url(now + 60))).toEqual([200, 'for a while']);
    expect(await get(url(now - 60))).toEqual([401, '']);
    expect(await get(url(now + 60).replace('/temporary?', '/refused/other?'))).toEqual([401, '']);
    expect(await get(url(now + 60), 'DELETE')).toEqual([401, '']);
    expect((await doors.sdk.bytes('temporary')).toString()).toBe('for a while');
  });
});

test('the head saw no fault', () => {
  expect(doors.head.faults()).toEqual([]);
});
