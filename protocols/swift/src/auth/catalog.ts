import { accountPrefix } from '../routing/target.ts';

/** Where a tenant's account is. */
export function storageUrl(baseUrl: string, tenant: string): string {
  return `${baseUrl}/v1/${accountPrefix}${encodeURIComponent(tenant)}`;
}

/** Keystone v3's service catalogue (Identity API v3, "catalog"): this object store, and this identity service. */
export function catalogV3(baseUrl: string, region: string, tenant: string) {
  const endpoints = (service: string, url: string) =>
    ['public', 'internal', 'admin'].map((side) => ({
      id: `${service}-${side}`,
      interface: side,
      region,
      region_id: region,
      url,
    }));
  return [
    {
      id: 'swift',
      type: 'object-store',
      name: 'swift',
      endpoints: endpoints('swift', storageUrl(baseUrl, tenant)),
    },
    { id: 'keystone', type: 'identity', name: 'keystone', endpoints: endpoints('keystone', `${baseUrl}/v3`) },
  ];
}

/** The same for v2. */
export function catalogV2(baseUrl: string, region: string, tenant: string) {
  const service = (name: string, type: string, url: string) => ({
    name,
    type,
    endpoints: [{ id: name, region, publicURL: url, internalURL: url, adminURL: url }],
    endpoints_links: [],
  });
  return [
    service('swift', 'object-store', storageUrl(baseUrl, tenant)),
    service('keystone', 'identity', `${baseUrl}/v2.0`),
  ];
}
