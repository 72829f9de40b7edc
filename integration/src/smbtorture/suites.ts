/**
 * The suites of smbtorture whose features Polynas claims to have, in order of what they build on. Left out are those of features
 * that are not there yet (leases, oplocks, durable handles, replay, multichannel: `notYet`), those that are no
 * tests (most of `bench` and `scan`, `maxfid`, `hold-oplock`, `hold-sharemode`), that a person has to help (`set-sparse-ioctl`, `zero-data-ioctl`, `ea`, `check-sharemode`),
 * and one that only takes long (`secleak`: 20 s of failed logins).
 */
export const suites: readonly string[] = [
  'smb2.connect',
  'smb2.session',
  'smb2.session-id',
  'smb2.session-require-signing',
  'smb2.tcon',
  'smb2.credits',
  'smb2.read',
  'smb2.rw',
  'smb2.create',
  'smb2.mkdir',
  'smb2.fileid',
  'smb2.openattr',
  'smb2.winattr',
  'smb2.dosmode',
  'smb2.maximum_allowed',
  'smb2.sdread',
  'smb2.getinfo',
  'smb2.setinfo',
  'smb2.dir',
  'smb2.charset',
  'smb2.timestamps',
  'smb2.compound',
  'smb2.compound_find',
  'smb2.compound_async',
  'smb2.lock',
  'smb2.sharemode',
  'smb2.deny',
  'smb2.rename',
  'smb2.delete-on-close-perms',
  'smb2.streams',
  'smb2.acls',
  'smb2.ioctl',
  'smb2.ioctl-on-stream',
  'smb2.notify',
  'smb2.scan.find',
  'smb2.bench.echo',
  'smb2.bench.path-contention-shared',
];

/** Suites of what a later issue brings; `run.mjs --suite` runs them nonetheless. */
export const notYet: readonly string[] = [
  'smb2.oplock',
  'smb2.lease',
  'smb2.durable-open',
  'smb2.durable-v2-open',
  'smb2.replay',
  'smb2.multichannel',
  'smb2.twrp',
];
