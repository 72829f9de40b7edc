import { createHash } from 'node:crypto';
import type {
  Caller,
  ListRequest,
  MultipartUpload,
  ObjectBody,
  ObjectChecksums,
  ObjectConditions,
  ObjectInfo,
  ObjectMetadata,
  ObjectPart,
  Principal,
  Services,
  Share,
} from '@polynas/core/service';
import { ObjectError, StorageError } from '@polynas/core/service';

interface Stored {
  readonly info: ObjectInfo;
  readonly bytes: Buffer;
}

interface StoredUpload extends MultipartUpload {
  readonly share: number;
  readonly parts: Map<number, ObjectPart & { readonly bytes: Buffer }>;
}

/** The services in a few maps: enough of their contract to test the door alone. */
export function fakeServices(
  users: readonly (Principal & { readonly keyId: string; readonly secret: string })[],
): Pick<Services, 'objects' | 'shares' | 'accounts'> {
  const shares = new Map<string, Share>();
  const buckets = new Map<number, Map<string, Stored>>();
  const uploads = new Map<string, StoredUpload>();
  let serial = 0;
  let clock = Math.floor(Date.now() / 1000);

  const access = (caller: Caller, id: number): Map<string, Stored> => {
    const share = [...shares.values()].find((each) => each.id === id);
    if (share === undefined) throw new StorageError('stale');
    if (share.owner !== caller.principal.userId) throw new StorageError('accessDenied');
    return buckets.get(id)!;
  };
  const check = (object: Stored | undefined, conditions: ObjectConditions = {}): void => {
    const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince, ifSize, ifModifiedAt } = conditions;
    const info = object?.info;
    const detail: Record<string, string> = info === undefined ? {} : { etag: info.etag };
    const names = (tags: readonly string[]): boolean =>
      info !== undefined && (tags.includes('*') || tags.includes(info.etag));
    const failed =
      (ifMatch !== undefined && !names(ifMatch)) ||
      (ifUnmodifiedSince !== undefined && info !== undefined && info.modified.seconds > ifUnmodifiedSince) ||
      (ifSize !== undefined && info?.size !== ifSize) ||
      (ifModifiedAt !== undefined && info?.modified.seconds !== ifModifiedAt);
    if (failed) throw new ObjectError('preconditionFailed', detail);
    if (ifNoneMatch !== undefined && names(ifNoneMatch)) throw new ObjectError('notModified', detail);
    if (ifModifiedSince !== undefined && info !== undefined && info.modified.seconds <= ifModifiedSince) {
      throw new ObjectError('notModified', detail);
    }
  };
  const checkWrite = (object: Stored | undefined, conditions: ObjectConditions | undefined): void => {
    try {
      check(object, conditions);
    } catch (error) {
      if (error instanceof ObjectError) throw new ObjectError('preconditionFailed', error.detail);
      throw error;
    }
  };
  const drain = async (
    body: ObjectBody,
  ): Promise<{ bytes: Buffer; etag: string; checksums: ObjectChecksums | undefined }> => {
    const chunks: Buffer[] = [];
    for (let chunk = await body.read(); chunk !== undefined; chunk = await body.read()) chunks.push(Buffer.from(chunk));
    const bytes = Buffer.concat(chunks);
    const md5 = createHash('md5').update(bytes).digest();
    return { bytes, etag: md5.toString('hex'), checksums: await body.finish?.(md5) };
  };
  const store = (
    id: number,
    caller: Caller,
    key: string,
    bytes: Buffer,
    etag: string,
    metadata: ObjectMetadata,
    checksums: ObjectChecksums | undefined,
    parts?: readonly ObjectPart[],
  ): ObjectInfo => {
    const info: ObjectInfo = {
      key,
      size: bytes.length,
      modified: { seconds: clock++, nanoseconds: 5 },
      etag,
      metadata,
      ...(checksums === undefined ? {} : { checksums }),
      ...(parts === undefined ? {} : { parts }),
      file: `${serial++}` as unknown as ObjectInfo['file'],
      ownerUid: caller.principal.uid,
      directory: key.endsWith('/'),
    };
    buckets.get(id)!.set(key, { info, bytes });
    return info;
  };
  const find = (caller: Caller, id: number, key: string, conditions?: ObjectConditions): Stored => {
    const object = access(caller, id).get(key);
    if (object === undefined) throw new ObjectError('noSuchKey');
    check(object, conditions);
    return object;
  };
  const page = <T>(keys: readonly (readonly [string, T])[], { prefix, delimiter, after, limit }: ListRequest) => {
    const items: ({ kind: 'prefix'; prefix: string } | { kind: 'entry'; value: T; name: string })[] = [];
    let next: string | undefined;
    for (const [key, value] of keys) {
      if (!key.startsWith(prefix)) continue;
      const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      const name = cut < 0 ? key : key.slice(0, cut + delimiter.length);
      const last = items.at(-1);
      if (Buffer.compare(Buffer.from(name), Buffer.from(after)) <= 0) continue;
      if (last?.kind === 'prefix' && last.prefix === name) continue;
      if (items.length === limit) {
        next = last?.kind === 'prefix' ? last.prefix : last?.name;
        break;
      }
      items.push(cut < 0 ? { kind: 'entry', value, name } : { kind: 'prefix', prefix: name });
    }
    return { items, next };
  };
  const sorted = <T>(entries: Iterable<readonly [string, T]>) =>
    [...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const upload = (caller: Caller, id: number, key: string, uploadId: string): StoredUpload => {
    access(caller, id);
    const found = uploads.get(uploadId);
    if (found === undefined || found.key !== key || found.share !== id) throw new ObjectError('noSuchUpload');
    return found;
  };
  const putPart = (
    target: StoredUpload,
    number: number,
    bytes: Buffer,
    etag: string,
    checksums: ObjectChecksums | undefined,
  ): ObjectPart => {
    const part = {
      number,
      size: bytes.length,
      etag,
      modified: { seconds: clock++, nanoseconds: 0 },
      ...(checksums === undefined ? {} : { checksums }),
      bytes,
    };
    target.parts.set(number, part);
    return part;
  };

  const objects: Services['objects'] = {
    buckets: async (caller) => [...shares.values()].filter((share) => share.owner === caller.principal.userId),
    put: async (caller, id, key, body, metadata, conditions) => {
      const keys = access(caller, id);
      const { bytes, etag, checksums } = await drain(body);
      checkWrite(keys.get(key), conditions);
      return store(id, caller, key, bytes, etag, metadata, checksums);
    },
    head: async (caller, id, key, conditions) => find(caller, id, key, conditions).info,
    get: async (caller, id, key, conditions) => {
      const { info, bytes } = find(caller, id, key, conditions);
      return {
        info,
        read: async (offset, length) => bytes.subarray(offset, offset + length),
        close: async () => undefined,
      };
    },
    delete: async (caller, id, key, conditions) => {
      const keys = access(caller, id);
      const object = keys.get(key);
      checkWrite(object, conditions);
      keys.delete(key);
      return object?.info;
    },
    copy: async (caller, from, to, options) => {
      const source = find(caller, from.share, from.key, from.conditions);
      checkWrite(access(caller, to.share).get(to.key), to.conditions);
      options.digest?.update(source.bytes);
      const checksums = options.digest?.finish() ?? source.info.checksums;
      const etag = createHash('md5').update(source.bytes).digest('hex');
      return store(to.share, caller, to.key, source.bytes, etag, options.metadata ?? source.info.metadata, checksums);
    },
    list: async (caller, id, request) => {
      const { items, next } = page(sorted(access(caller, id)), request);
      return {
        items: items.map((item) => (item.kind === 'prefix' ? item : { kind: 'object', object: item.value.info })),
        ...(next === undefined ? {} : { next }),
      };
    },
    createUpload: async (caller, id, key, metadata, checksum) => {
      access(caller, id);
      const made: StoredUpload = {
        id: `upload-${serial++}`,
        key,
        initiated: { seconds: clock++, nanoseconds: 0 },
        metadata,
        ownerUid: caller.principal.uid,
        ...(checksum === undefined ? {} : { checksum }),
        share: id,
        parts: new Map(),
      };
      uploads.set(made.id, made);
      return made;
    },
    upload: async (caller, id, key, uploadId) => upload(caller, id, key, uploadId),
    putPart: async (caller, id, key, uploadId, number, body) => {
      const target = upload(caller, id, key, uploadId);
      const { bytes, etag, checksums } = await drain(body);
      return putPart(target, number, bytes, etag, checksums);
    },
    copyPart: async (caller, id, key, uploadId, number, from, digest) => {
      const target = upload(caller, id, key, uploadId);
      const source = find(caller, from.share, from.key, from.conditions);
      const { start, end } = from.range ?? { start: 0, end: source.bytes.length };
      if (end > source.bytes.length) throw new ObjectError('invalidRange');
      const bytes = source.bytes.subarray(start, end);
      digest?.update(bytes);
      return putPart(target, number, bytes, createHash('md5').update(bytes).digest('hex'), digest?.finish());
    },
    listParts: async (caller, id, key, uploadId, after, limit) => {
      const parts = [...upload(caller, id, key, uploadId).parts.values()]
        .filter((part) => part.number > after)
        .sort((a, b) => a.number - b.number);
      return { parts: parts.slice(0, limit), truncated: parts.length > limit };
    },
    completeUpload: async (caller, id, key, uploadId, parts, options) => {
      const source = upload(caller, id, key, uploadId);
      const found = parts.map(({ number, etag }, index) => {
        const part = source.parts.get(number);
        if (part === undefined || part.etag !== etag) throw new ObjectError('invalidPart', { number });
        if (index < parts.length - 1 && part.size < 5 * 1024 ** 2) throw new ObjectError('entityTooSmall', { number });
        return part;
      });
      checkWrite(access(caller, id).get(key), options?.conditions);
      uploads.delete(uploadId);
      const digest = createHash('md5').update(Buffer.concat(found.map((part) => Buffer.from(part.etag, 'hex'))));
      const etag = `${digest.digest('hex')}-${found.length}`;
      const bytes = Buffer.concat(found.map((part) => part.bytes));
      return store(id, caller, key, bytes, etag, source.metadata, options?.checksums, found);
    },
    abortUpload: async (caller, id, key, uploadId) => {
      uploads.delete(upload(caller, id, key, uploadId).id);
    },
    listUploads: async (caller, id, { prefix, delimiter, afterKey, afterId, limit }) => {
      access(caller, id);
      const all = sorted(
        [...uploads.values()].filter((each) => each.share === id).map((each) => [each.key, each] as const),
      );
      const rest = all.filter(
        ([key, each]) => key > afterKey || (key === afterKey && afterId !== '' && each.id > afterId),
      );
      const { items } = page(rest, { prefix, delimiter, after: '', limit: limit + 1 });
      const shown = items.slice(0, limit);
      const last = shown.at(-1);
      return {
        items: shown.map((item) => (item.kind === 'prefix' ? item : { kind: 'upload', upload: item.value })),
        ...(items.length <= limit || last === undefined
          ? {}
          : { next: last.kind === 'prefix' ? { key: last.prefix, id: '' } : { key: last.name, id: last.value.id } }),
      };
    },
  };

  return {
    objects,
    shares: {
      byName: (_, tenant, name) => shares.get(`${tenant}:${name}`),
      nameAt: (_, share) => share.name,
      create: async (_, share) => {
        const place = `${share.tenant}:${share.name}`;
        if (shares.has(place)) throw new StorageError('exists');
        const made = { ...share, id: ++serial, createdAt: clock * 1000, readOnly: false, doors: share.doors ?? {} };
        shares.set(place, made as unknown as Share);
        buckets.set(made.id, new Map());
        return made as unknown as Share;
      },
      remove: async (caller, id) => {
        if (access(caller, id).size > 0) throw new StorageError('notEmpty');
        for (const [place, share] of shares) if (share.id === id) shares.delete(place);
      },
    } as Partial<Services['shares']> as Services['shares'],
    accounts: {
      key: (id: string) => {
        const user = users.find((each) => each.keyId === id);
        return user === undefined ? undefined : { secret: user.secret, principal: user };
      },
      tenants: () => [{ name: 'default', defaultDoors: {} }],
      users: () => users.map((user) => ({ ...user, id: user.userId })),
      userByUid: (_: string, uid: number) => {
        const user = users.find((each) => each.uid === uid);
        return user === undefined ? undefined : { ...user, id: user.userId };
      },
    } as unknown as Services['accounts'],
  };
}
