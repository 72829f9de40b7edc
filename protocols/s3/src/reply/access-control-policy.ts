import { s3Document } from '../xml/writer.ts';
import type { Owner } from './owner.ts';
import { writeOwner } from './owner.ts';

/** The one access control list that there is in S3's words: the owner has all. Who else may do what, mode bits say. */
export function ownerHasFullControl(owner: Owner): string {
  const xml = s3Document('AccessControlPolicy');
  writeOwner(xml, 'Owner', owner);
  xml.open('AccessControlList').open('Grant');
  xml.open('Grantee', { 'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance', 'xsi:type': 'CanonicalUser' });
  xml.leaf('ID', owner.id).leaf('DisplayName', owner.name).close();
  return xml.leaf('Permission', 'FULL_CONTROL').close().close().close().toString();
}
