import { childrenNamed, malformed, optionalText, parseXml, requiredText } from './parse.ts';

/**
 * An `AccessControlPolicy` request document.
 *
 * @returns the canonical user who alone is granted FULL_CONTROL, or `undefined` for any other policy
 */
export function parseSoleOwner(bytes: Uint8Array): string | undefined {
  const root = parseXml(bytes);
  if (root.name !== 'AccessControlPolicy') throw malformed('root element');
  const lists = childrenNamed(root, 'AccessControlList');
  if (lists.length !== 1) throw malformed('AccessControlList');
  const [grant, ...more] = childrenNamed(lists[0]!, 'Grant');
  if (grant === undefined || more.length > 0) return undefined;
  const grantee = childrenNamed(grant, 'Grantee')[0];
  if (grantee === undefined) throw malformed('Grantee');
  return requiredText(grant, 'Permission').trim() === 'FULL_CONTROL' ? optionalText(grantee, 'ID')?.trim() : undefined;
}
