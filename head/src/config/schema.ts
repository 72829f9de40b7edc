import { isClientPattern } from '@polynas/admin/client-pattern';
import { isIP } from 'node:net';
import { z } from 'zod';
import { bytesOf } from '../cli/numbers.ts';
import { cephSchema } from './ceph-schema.ts';
import { doorTitles } from './door-titles.ts';

const largestId = 4_294_967_294;
const uid = z.int().min(1).max(largestId);
const gid = z.int().min(1).max(largestId);
/** Of a rule or a supplementary group, where 0 has its use. */
const anyId = z.int().min(0).max(largestId);
const port = z.int().min(1).max(65_535);
const address = z.string().refine((text) => isIP(text) !== 0, { error: 'expected an IP address' });
/** The admin API is not encrypted. */
const loopback = z.string().refine((text) => text === '::1' || (isIP(text) === 4 && text.startsWith('127.')), {
  error: 'expected a loopback address',
});
const plainName = (what: string) =>
  z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
    error: `expected the name of a ${what}: lower-case letters, digits, dot, dash, underscore; at most 64`,
  });
const userName = z.string().regex(/^[\p{L}\p{N}_][\p{L}\p{N}._ -]{0,63}$/u, {
  error: 'expected a user name: letters, digits, dot, dash, underscore',
});
const shareName = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= 255 && !/[/\p{Cc}]/u.test(text) && text !== '.' && text !== '..', {
    error: 'expected the name of a share: 1 to 255 bytes without / and control characters',
  });
/** Octal text. The reader hands modes over as they are written, so that `0770` means what it looks like. */
const mode = z
  .string()
  .regex(/^(0o?)?[0-7]{3,4}$/, { error: 'expected octal permission bits such as 0770' })
  .transform((text) => Number.parseInt(text.replace(/^0o?/, ''), 8));
const password = z.string().min(8, { error: 'expected at least 8 characters' }).max(256);

/** Bytes, or text such as `500 GiB`. */
const size = z
  .union([z.number(), z.string()])
  .transform((given) => (typeof given === 'number' ? given : bytesOf(given)) ?? Number.NaN)
  .refine((value) => Number.isSafeInteger(value) && value >= 0, { error: 'expected a size such as 500000 or 100 GiB' });

const nfsRule = z.strictObject({
  clients: z.string().refine(isClientPattern, { error: 'expected an address, a prefix such as 10.0.0.0/8, or "*"' }),
  access: z.enum(['ro', 'rw']).default('rw'),
  squash: z.enum(['none', 'root', 'all']).default('root'),
  anonymousUid: anyId.default(65_534),
  anonymousGid: anyId.default(65_534),
  privilegedPort: z.boolean().default(false),
});

/** A door that is opened by naming it. */
const plainDoor = (alias: z.ZodString) =>
  z
    .strictObject({ alias: alias.optional(), readOnly: z.boolean().optional() })
    .nullable()
    .transform((door) => door ?? {})
    .optional();

const shareDoors = z.strictObject({
  nfs: z.strictObject({ rules: z.array(nfsRule).min(1), alias: shareName.optional() }).optional(),
  s3: plainDoor(z.string().min(3).max(63)),
  smb: plainDoor(z.string().min(1).max(80)),
  swift: plainDoor(z.string().min(1).max(255)),
});

/** A secret stands in the file itself, in a file of its own, or in the environment. */
function oneOf(names: readonly string[], required: boolean) {
  return (value: Readonly<Record<string, unknown>>, context: z.core.$RefinementCtx) => {
    const given = names.filter((name) => value[name] !== undefined);
    if (given.length > 1) {
      context.addIssue({
        code: 'custom',
        path: [given[1] ?? ''],
        message: `given besides ${given[0]}: one of ${names.join(', ')}`,
      });
    } else if (required && given.length === 0) {
      context.addIssue({ code: 'custom', path: [], message: `needs one of ${names.join(', ')}` });
    }
  };
}

const accessKey = z
  .strictObject({
    id: z
      .string()
      .regex(/^[\w.+=-]{3,128}$/, { error: 'expected an access key id: 3 to 128 letters, digits, . _ + = -' }),
    secret: z.string().min(8, { error: 'expected at least 8 characters' }).max(256).optional(),
    secretFile: z.string().min(1).optional(),
    secretEnv: z.string().min(1).optional(),
  })
  .superRefine(oneOf(['secret', 'secretFile', 'secretEnv'], true));

const user = z
  .strictObject({
    name: userName,
    tenant: plainName('tenant').default('default'),
    uid: uid.optional(),
    gid: gid.optional(),
    groups: z.array(anyId).max(256).optional(),
    administrator: z.boolean().optional(),
    disabled: z.boolean().optional(),
    password: password.optional(),
    passwordFile: z.string().min(1).optional(),
    passwordEnv: z.string().min(1).optional(),
    keys: z.array(accessKey).max(16).optional(),
  })
  .superRefine(oneOf(['password', 'passwordFile', 'passwordEnv'], false));

const volume = z
  .strictObject({
    name: plainName('volume'),
    backend: z.enum(['local', 'memory', 'cephfs']).default('local'),
    directory: z.string().min(1).optional(),
    ceph: cephSchema.optional(),
  })
  .superRefine(({ backend, directory, ceph }, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (backend !== 'local' && directory !== undefined) fault('directory', `a ${backend} volume has no directory`);
    if (backend !== 'cephfs' && ceph !== undefined) fault('ceph', `a ${backend} volume is not on Ceph`);
  });

const share = z.strictObject({
  name: shareName,
  tenant: plainName('tenant').default('default'),
  volume: plainName('volume').optional(),
  owner: userName,
  mode: mode.optional(),
  gid: gid.optional(),
  readOnly: z.boolean().optional(),
  quota: z
    .strictObject({ bytes: size.default(0), files: z.int().min(0).default(0) })
    .transform(({ bytes, files }) => ({ maxBytes: bytes, maxFiles: files }))
    .optional(),
  pool: z.string().min(1).max(255).optional(),
  doors: shareDoors.optional(),
});

const door = (defaultPort: number) => ({
  enabled: z.boolean().default(true),
  address: address.default('127.0.0.1'),
  port: port.default(defaultPort),
});

/** For doors that count connections by client; those of HTTP may stand behind a proxy, which is the client of all. */
const connectionsPerClient = z.int().min(1).max(4096).default(1024);

/** An absent section and one without content are alike: its defaults. */
function section<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => value ?? {}, schema);
}

const shape = z.strictObject({
  data: z.string().min(1).optional(),
  stopSeconds: z.number().min(0).max(600).default(20),
  log: section(
    z.strictObject({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
      format: z.enum(['json', 'text']).optional(),
    }),
  ),
  admin: section(
    z.strictObject({
      socket: z.string().min(1).optional(),
      listen: z.strictObject({ address: loopback.default('127.0.0.1'), port }).optional(),
    }),
  ),
  doors: section(
    z.strictObject({
      nfs: section(
        z.strictObject({
          ...door(12_049),
          connectionsPerClient,
          mountPort: port.optional(),
          portmapper: z
            .union([z.boolean(), z.literal('host')], { error: 'expected true, false or host' })
            .default(false),
        }),
      ),
      s3: section(
        z.strictObject({
          ...door(9000),
          region: z
            .string()
            .regex(/^[a-z0-9-]{1,64}$/, { error: 'expected a region such as us-east-1' })
            .default('us-east-1'),
          domains: z
            .array(z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, { error: 'expected a domain name' }))
            .default([]),
        }),
      ),
      smb: section(
        z.strictObject({
          ...door(4450),
          connectionsPerClient,
          encryption: z.enum(['off', 'offered', 'required']).default('offered'),
          name: z
            .string()
            .regex(/^[A-Za-z0-9]([A-Za-z0-9-]{0,13}[A-Za-z0-9])?$/, {
              error: 'expected a NetBIOS name: letters, digits, dashes; at most 15',
            })
            .optional(),
        }),
      ),
      swift: section(
        z.strictObject({
          ...door(8090),
          region: z
            .string()
            .regex(/^[\w.-]{1,64}$/, { error: 'expected a region such as RegionOne' })
            .default('RegionOne'),
          publicUrl: z
            .url({ protocol: /^https?$/, error: 'expected a URL such as https://swift.example.org' })
            .refine((text) => new URL(text).pathname === '/' && !/[?#]/.test(text), {
              error: 'expected a URL without a path',
            })
            .transform((text) => new URL(text).origin)
            .optional(),
        }),
      ),
    }),
  ),
  volumes: z.array(volume).min(1).optional(),
  tenants: z.array(z.strictObject({ name: plainName('tenant'), defaultDoors: shareDoors.optional() })).default([]),
  users: z.array(user).default([]),
  shares: z.array(share).default([]),
});

type Shape = z.output<typeof shape>;

function refuseTwice(
  context: z.core.$RefinementCtx,
  entries: readonly { readonly key: string; readonly path: (string | number)[]; readonly what: string }[],
): void {
  const seen = new Set<string>();
  for (const { key, path, what } of entries) {
    if (seen.has(key)) context.addIssue({ code: 'custom', path, message: `${what} is declared twice` });
    seen.add(key);
  }
}

function refusePortTwice({ doors }: Shape, context: z.core.$RefinementCtx): void {
  const taken = new Map<string, string>();
  for (const name of ['nfs', 's3', 'smb', 'swift'] as const) {
    const { enabled, address: at, port: number } = doors[name];
    if (!enabled) continue;
    const place = `${at} ${number}`;
    const other = taken.get(place);
    if (other !== undefined) {
      const message = `the ${other} door has port ${number} already`;
      context.addIssue({ code: 'custom', path: ['doors', name, 'port'], message });
    } else taken.set(place, doorTitles[name]);
  }
}

/** What no single value shows: names declared twice, references to what is not declared. */
function checkTogether(value: Shape, context: z.core.$RefinementCtx): void {
  const volumes = value.volumes ?? [{ name: 'main' }];
  refuseTwice(
    context,
    volumes.map(({ name }, i) => ({ key: name, path: ['volumes', i, 'name'], what: `volume ${name}` })),
  );
  refuseTwice(
    context,
    value.tenants.map(({ name }, i) => ({ key: name, path: ['tenants', i, 'name'], what: `tenant ${name}` })),
  );
  const users = value.users.map(({ tenant, name }, i) => ({
    key: `${tenant}/${name.toLowerCase()}`,
    path: ['users', i, 'name'],
    what: `user ${name}`,
  }));
  refuseTwice(context, users);
  const shares = value.shares.map(({ tenant, name }, i) => ({
    key: `${tenant}/${name.toLowerCase()}`,
    path: ['shares', i, 'name'],
    what: `share ${name}`,
  }));
  refuseTwice(context, shares);
  const keys = value.users.flatMap(({ keys: given = [] }, i) =>
    given.map(({ id }, k) => ({ key: id, path: ['users', i, 'keys', k, 'id'], what: `access key ${id}` })),
  );
  refuseTwice(context, keys);
  value.shares.forEach(({ volume: name }, i) => {
    if (name !== undefined && !volumes.some((declared) => declared.name === name)) {
      context.addIssue({ code: 'custom', path: ['shares', i, 'volume'], message: `no volume ${name} is declared` });
    }
  });
  refusePortTwice(value, context);
}

/** Everything that polynas.yaml may say; docs/configuration.md explains it. */
export const configurationSchema = shape.superRefine(checkTogether);
export type Configuration = z.output<typeof configurationSchema>;
export type DeclaredUser = Configuration['users'][number];
export type DeclaredShare = Configuration['shares'][number];
export type DeclaredTenant = Configuration['tenants'][number];
export type DeclaredVolume = NonNullable<Configuration['volumes']>[number];
