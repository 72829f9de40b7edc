import { XmlWriter } from '@polynas/http';

export const s3Namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A document in S3's namespace; error documents carry none. */
export function s3Document(root: string): XmlWriter {
  return new XmlWriter().open(root, { xmlns: s3Namespace });
}
