import { XmlWriter } from '@polynas/http';
import type { S3Error } from '../errors.ts';

/** The `Error` document (S3 API Reference, "REST error responses"). It carries no namespace. */
export function errorDocument(error: S3Error, resource: string, requestId: string, hostId: string): string {
  const xml = new XmlWriter().open('Error').leaf('Code', error.code).leaf('Message', error.message);
  for (const [name, value] of Object.entries(error.elements)) xml.leaf(name, value);
  if (error.elements['Resource'] === undefined) xml.leaf('Resource', resource);
  return xml.leaf('RequestId', requestId).leaf('HostId', hostId).close().toString();
}
