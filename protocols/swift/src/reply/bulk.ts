import type { Reply } from '@polynas/http';
import { XmlWriter } from '@polynas/http';
import type { Request } from '../request/request.ts';

/** What became of many operations in one request. */
export interface BulkOutcome {
  /** `201 Created` and the like. */
  readonly status: string;
  /** Why the request as a whole went wrong. */
  readonly body: string;
  /** Encoded names and status lines. */
  readonly errors: readonly (readonly [name: string, status: string])[];
}

/**
 * Always 200: what happened stands in the document (Swift, "Bulk Operations").
 *
 * @param root the element of XML
 * @param counts by what text and JSON call them
 */
export function bulkDocument(
  request: Request,
  root: 'delete' | 'extract',
  counts: Readonly<Record<string, number>>,
  { status, body, errors }: BulkOutcome,
): Reply {
  const accept = request.headers.get('accept') ?? '';
  if (accept.includes('application/json')) {
    const document = { 'Response Status': status, 'Response Body': body, ...counts, Errors: errors };
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(document) };
  }
  if (/(application|text)\/xml/.test(accept)) {
    const xml = new XmlWriter().open(root);
    for (const [name, count] of Object.entries(counts)) xml.leaf(name.toLowerCase().replaceAll(' ', '_'), count);
    xml.leaf('response_body', body).leaf('response_status', status).open('errors');
    for (const [name, error] of errors) xml.open('object').leaf('name', name).leaf('status', error).close();
    return { status: 200, headers: { 'content-type': 'application/xml' }, body: xml.close().close().toString() };
  }
  const lines = Object.entries(counts).map(([name, count]) => `${name}: ${count}`);
  lines.push(`Response Body: ${body}`, `Response Status: ${status}`, 'Errors:');
  lines.push(...errors.map(([name, error]) => `${name}, ${error}`));
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: lines.join('\n') };
}

/** What became of many deletions. */
export interface BulkResult {
  deleted: number;
  notFound: number;
  readonly errors: [name: string, status: string][];
}

export function bulkReply(request: Request, { deleted, notFound, errors }: BulkResult): Reply {
  const isNothing = deleted + notFound === 0 && errors.length === 0;
  const counts = { 'Number Deleted': deleted, 'Number Not Found': notFound };
  return bulkDocument(request, 'delete', counts, {
    status: isNothing || errors.length > 0 ? '400 Bad Request' : '200 OK',
    body: isNothing ? 'Invalid bulk delete.' : '',
    errors,
  });
}
