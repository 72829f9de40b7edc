import { isIP } from 'node:net';
import { z } from 'zod';

/** `10.0.0.1`, `10.0.0.1:6789`, `[fd00::1]:3300`, `v2:10.0.0.1:3300/0`, or a host name. */
const monitor = z.string().refine(
  (text) => {
    if (isIP(text) !== 0) return true;
    return /^(v[12]:)?(\[[0-9a-fA-F:]+\]|[\w.-]+)(:\d{1,5}(\/0)?)?$/.test(text);
  },
  { error: 'expected the address of a monitor such as 10.0.0.1:6789' },
);

const clientName = z.string().regex(/^(client\.)?[\w.-]{1,64}$/, {
  error: 'expected the name of a Ceph client such as admin or client.polynas',
});

/** Where a volume on CephFS is, and as whom this head is known there. Either a `ceph.conf` tells, or monitors and a key do. */
export const cephSchema = z
  .strictObject({
    conf: z.string().min(1).optional(),
    keyring: z.string().min(1).optional(),
    monitors: z.array(monitor).min(1).max(32).optional(),
    key: z.string().min(8).max(256).optional(),
    keyFile: z.string().min(1).optional(),
    keyEnv: z.string().min(1).optional(),
    client: clientName.default('admin').transform((name) => name.replace(/^client\./, '')),
    fileSystem: z
      .string()
      .regex(/^[\w.-]{1,64}$/, { error: 'expected the name of a Ceph file system' })
      .optional(),
    root: z
      .string()
      .regex(/^\/(?!.*(^|\/)\.{1,2}(\/|$))[^\0]*$/, { error: 'expected an absolute path in the file system' })
      .default('/'),
    mounts: z.int().min(1).max(16).optional(),
    writers: z.enum(['head', 'shared']).default('head'),
  })
  .superRefine((value, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const keys = (['keyring', 'key', 'keyFile', 'keyEnv'] as const).filter((name) => value[name] !== undefined);
    if (keys.length > 1) fault(keys[1] ?? 'key', `given besides ${keys[0]}: one of keyring, key, keyFile, keyEnv`);
    if (value.monitors !== undefined && value.conf !== undefined) {
      fault('monitors', 'given besides conf: one of conf and monitors');
    }
    if (value.monitors !== undefined && keys.length === 0) {
      fault('monitors', 'needs one of keyring, key, keyFile, keyEnv');
    }
  });

export type CephDeclaration = z.infer<typeof cephSchema>;
