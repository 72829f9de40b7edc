import { basename } from 'node:path/posix';
import type { Request } from '../request/request.ts';
import { isTempUrl } from '../request/temp-url.ts';

/** An answer to a temporary URL: a file to save, and no metadata but what is meant for everybody (Swift, "tempurl"). */
export function tempUrlHeaders(request: Request, headers: Readonly<Record<string, string>>): Record<string, string> {
  const shown = { ...headers };
  if (!isTempUrl(request) || request.identity.token !== undefined) return shown;
  for (const name of Object.keys(shown)) {
    if (name.startsWith('x-object-meta-') && !name.startsWith('x-object-meta-public-')) delete shown[name];
  }
  const { query, object } = request.target;
  const name = query.get('filename');
  const inline = query.has('inline');
  if (inline && name === undefined) shown['content-disposition'] = 'inline';
  else if (name !== undefined || shown['content-disposition'] === undefined) {
    shown['content-disposition'] = `${inline ? 'inline' : 'attachment'}; ${fileName(name ?? basename(object))}`;
  }
  const expires = Number(query.get('temp_url_expires'));
  if (!Number.isNaN(expires)) shown['expires'] = new Date(expires * 1000).toUTCString();
  return shown;
}

/** RFC 6266 §4: once as ASCII that a quoted string holds, once as UTF-8. */
function fileName(name: string): string {
  const plain = name.replace(/[^\u0020-\u007e]/g, '_').replace(/["\\]/g, (character) => encodeURIComponent(character));
  return `filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}
