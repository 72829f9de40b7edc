import type { Reply } from '@polynas/http';
import { XmlWriter } from '@polynas/http';
import type { Request } from '../request/request.ts';

/** What became of many deletions. */
export interface BulkResult {
  deleted: number;
  notFound: number;
  /** Encoded name and status line. */
  readonly errors: [name: string, status: string][];
  /** Why the request as a whole was refused. */
  body?: string;
}

/** Always 200: what happened stands in the document (Swift, "Bulk Delete"). */
export function bulkReply(request: Request, result: BulkResult): Reply {
  const { deleted, notFound, errors, body = '' } = result;
  const status = errors.length > 0 || body !== '' || deleted + notFound === 0 ? '400 Bad Request' : '200 OK';
  const text = deleted + notFound === 0 && errors.length === 0 && body === '' ? 'Invalid bulk delete.' : body;
  const accept = request.headers.get('accept') ?? '';
  if (accept.includes('application/json')) {
    const document = {
      'Response Status': status,
      'Response Body': text,
      'Number Deleted': deleted,
      'Number Not Found': notFound,
      Errors: errors,
    };
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(document) };
  }
  if (/(application|text)\/xml/.test(accept)) {
    const xml = new XmlWriter().open('delete').leaf('number_deleted', deleted).leaf('number_not_found', notFound);
    xml.leaf('response_body', text).leaf('response_status', status).open('errors');
    for (const [name, error] of errors) xml.open('object').leaf('name', name).leaf('status', error).close();
    return {
      status: 200,
      headers: { 'content-type': 'application/xml' },
      body: xml.close().close().toString(),
    };
  }
  const lines = [`Number Deleted: ${deleted}`, `Number Not Found: ${notFound}`, `Response Body: ${text}`];
  lines.push(`Response Status: ${status}`, 'Errors:', ...errors.map(([name, error]) => `${name}, ${error}`));
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: lines.join('\n') };
}
