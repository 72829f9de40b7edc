import { json } from '../auth/keystone.ts';
import type { Handle } from '../operation.ts';

const updated = '2020-04-07T00:00:00Z';

function versionOf(baseUrl: string, id: string, path: string, status: string, number: 2 | 3) {
  return {
    id,
    status,
    updated,
    links: [{ rel: 'self', href: `${baseUrl}${path}` }],
    'media-types': [
      { base: 'application/json', type: `application/vnd.openstack.identity-v${number === 2 ? '2.0' : '3'}+json` },
    ],
  };
}

const version3 = (baseUrl: string) => versionOf(baseUrl, 'v3.14', '/v3/', 'stable', 3);
const version2 = (baseUrl: string) => versionOf(baseUrl, 'v2.0', '/v2.0/', 'deprecated', 2);

/** `GET /` (Identity API, "API versions"). */
export const listVersions: Handle = async (_context, { baseUrl }) =>
  json(300, { versions: { values: [version3(baseUrl), version2(baseUrl)] } });

/** `GET /v3`. */
export const showVersion3: Handle = async (_context, { baseUrl }) => json(200, { version: version3(baseUrl) });

/** `GET /v2.0`. */
export const showVersion2: Handle = async (_context, { baseUrl }) => json(200, { version: version2(baseUrl) });
