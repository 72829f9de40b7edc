import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Whether an Authorization header carries this token (RFC 6750 §2.1). Takes the same time whatever differs. */
export function bearerMatches(header: string | undefined, token: string): boolean {
  const given = /^Bearer +([\w.~+/=-]+)$/i.exec(header ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}
