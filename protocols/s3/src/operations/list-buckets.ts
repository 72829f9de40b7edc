import type { Share } from '@polynas/core/service';
import { isoDate } from '@polynas/http';
import { invalidArgument } from '../errors.ts';
import { writeOwner } from '../reply/owner.ts';
import { callerOf } from '../request/caller.ts';
import type { Handle } from '../request/handle.ts';
import { continuationToken, parseContinuationToken } from '../request/listing.ts';
import { s3Document } from '../xml/writer.ts';

/** Buckets of one page at most; without `max-buckets`, all are given (S3 API Reference, ListBuckets). */
const pageLimit = 10_000;

export const listBuckets: Handle = async (context, request) => {
  const { query, principal } = request;
  const limit = maxBuckets(query.get('max-buckets'));
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token');
  const after = token === undefined || token === '' ? '' : parseContinuationToken(token);
  const region = query.get('bucket-region');

  const shares = await context.objects.buckets(callerOf(context, request));
  const elsewhere = region !== undefined && region !== '' && region !== context.region && !context.anyRegion;
  const found = (elsewhere ? [] : shares)
    .map((share): [name: string, share: Share] => [context.shares.nameAt('s3', share) ?? '', share])
    .filter(([name]) => name.startsWith(prefix) && name > after)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const page = found.slice(0, limit);

  const xml = s3Document('ListAllMyBucketsResult');
  writeOwner(xml, 'Owner', { id: principal.userId ?? `uid:${principal.uid}`, name: principal.name });
  xml.open('Buckets');
  for (const [name, share] of page) {
    const seconds = Math.floor(share.createdAt / 1000);
    xml
      .open('Bucket')
      .leaf('Name', name)
      .leaf('CreationDate', isoDate({ seconds, nanoseconds: 0 }));
    xml.leaf('BucketRegion', context.region).close();
  }
  xml.close();
  if (found.length > page.length) xml.leaf('ContinuationToken', continuationToken(page.at(-1)![0]));
  if (prefix !== '') xml.leaf('Prefix', prefix);
  return { status: 200, body: xml.close().toString() };
};

function maxBuckets(text: string | undefined): number {
  if (text === undefined || text === '') return Number.POSITIVE_INFINITY;
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > pageLimit) {
    throw invalidArgument('max-buckets', text, `The value of max-buckets must be between 1 and ${pageLimit}`);
  }
  return value;
}
