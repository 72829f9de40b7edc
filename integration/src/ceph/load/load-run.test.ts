import { afterAll, beforeAll, expect, test } from 'vitest';
import { Head } from '../../head/head.ts';
import { LoadRun } from './load-run.ts';

let head: Head;
let load: LoadRun;

beforeAll(async () => {
  head = await Head.start();
  load = new LoadRun(head);
});

afterAll(async () => {
  await head?.[Symbol.asyncDispose]();
});

test('a head that is killed under load keeps what it acknowledged', async () => {
  load.start();
  await load.progress(20, 60);
  await load.uncommitted();
  await head.kill9();
  await head.start();
  await load.progress(20, 60);
  await load.stop();
  // The restart changed the verifier while writes were not committed.
  expect(load.unstable.map(({ changedVerifiers }) => changedVerifiers)).not.toContain(0);
  expect(await load.check()).toEqual([]);
});

test('what is lost or changed behind the clients is found', async () => {
  const { journal } = load;
  const files = [...journal.names.values()].filter(
    (place) => place.label.startsWith('load-nfs-stable') && place.settled,
  );
  const [lost, changed] = files;
  const s3 = await LoadRun.objects(head);
  await s3.delete(lost!.label);
  await s3.put(changed!.label, Buffer.from('something else'));
  await s3.put('load-foreign', Buffer.from('nobody wrote it'));
  s3.close();
  const wrong = await load.check();
  expect(wrong).toEqual(
    expect.arrayContaining([
      `load-foreign: is listed, and nobody has it there`,
      `${lost!.label}: is not listed`,
      expect.stringMatching(new RegExp(`^${lost!.label}: not there, not `)),
      expect.stringMatching(new RegExp(`^${changed!.label}: 14 bytes`)),
    ]),
  );
  expect(wrong).toHaveLength(4);
});
