import type { Headers } from '@polynas/http';
import type { Target } from '../routing/target.ts';
import type { DoorContext } from './context.ts';

/** What a container says to browsers (`X-Container-Meta-Access-Control-…`); the names are those of its metadata. */
export const originsLabel = 'access-control-allow-origin';
const exposedLabel = 'access-control-expose-headers';
const ageLabel = 'access-control-max-age';

/** What scripts of every allowed origin may read, beside what the Fetch standard lets them (Swift, "CORS"). */
const exposed = [
  'cache-control',
  'content-language',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
  'etag',
  'x-timestamp',
  'x-trans-id',
  'x-openstack-request-id',
];

export interface CorsPolicy {
  /** Headers of every answer to the origin. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names that scripts may read of an answer; metadata of the object is added to them. */
  readonly exposed: readonly string[];
  readonly maximumAge: string | undefined;
}

/** The headers of an answer, with those that a browser looks for. */
export function withCors(policy: CorsPolicy | undefined, headers: Readonly<Record<string, string>>) {
  if (policy === undefined) return headers;
  const metadata = Object.keys(headers).filter((name) => /^x-(object|container|account)-meta-/.test(name));
  return {
    ...headers,
    ...policy.headers,
    'access-control-expose-headers': [...policy.exposed, ...metadata].join(', '),
  };
}

/** What applies to a request's `Origin` in the container that it names; `undefined` where that one does not allow it. */
export function corsPolicy(context: DoorContext, target: Target, headers: Headers): CorsPolicy | undefined {
  const origin = headers.get('origin');
  if (origin === undefined || target.container === '') return undefined;
  const share = context.shares.byName('swift', target.account, target.container);
  const labels = share === undefined ? undefined : context.labels.ofShare(share.id).user;
  const origins = (labels?.[originsLabel] ?? '').split(/[\s,]+/);
  const all = origins.includes('*');
  if (labels === undefined || !(all || origins.includes(origin))) return undefined;
  const more = (labels[exposedLabel] ?? '').split(/[\s,]+/).filter((name) => name !== '');
  return {
    headers: {
      'access-control-allow-origin': all ? '*' : origin,
      // Whatever is kept of the answer is this origin's.
      ...(!all && { vary: 'Origin' }),
    },
    exposed: [...exposed, ...more],
    maximumAge: labels[ageLabel],
  };
}
