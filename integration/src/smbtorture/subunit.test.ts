import { expect, test } from 'vitest';
import { SubunitReader, type TestResult } from './subunit.ts';

test('reads what smbtorture writes', () => {
  const started: string[] = [];
  const results: TestResult[] = [];
  const reader = new SubunitReader({ onStart: (name) => started.push(name), onResult: (one) => results.push(one) });
  const text = `smbtorture 4.17.12-Debian
progress: 5
test: smb2.read.eof
time: 2026-11-23 06:54:21.733164
success: smb2.read.eof
test: smb2.read.access
Testing something
failure: smb2.read.access [
../../source4/torture/smb2/read.c:276: status was NT_STATUS_ACCESS_DENIED, expected NT_STATUS_OK: Incorrect status
]
test: smb2.read.bug14607
skip: smb2.read.bug14607 [
../../source4/torture/smb2/read.c:394: not supported
by the server
]
test: smb2.ioctl.copy-chunk streams
success: smb2.ioctl.copy-chunk streams
test: smb2.read.hangs`;
  for (const line of text.split('\n')) reader.line(line);
  expect(started).toEqual([
    'smb2.read.eof',
    'smb2.read.access',
    'smb2.read.bug14607',
    'smb2.ioctl.copy-chunk streams',
    'smb2.read.hangs',
  ]);
  expect(results).toEqual([
    { test: 'smb2.read.eof', outcome: 'passed', why: '' },
    {
      test: 'smb2.read.access',
      outcome: 'failed',
      why: 'smb2/read.c:276: status was NT_STATUS_ACCESS_DENIED, expected NT_STATUS_OK: Incorrect status',
    },
    { test: 'smb2.read.bug14607', outcome: 'skipped', why: 'smb2/read.c:394: not supported by the server' },
    { test: 'smb2.ioctl.copy-chunk streams', outcome: 'passed', why: '' },
  ]);
});
