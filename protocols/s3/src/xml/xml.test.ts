import { escapeXml } from '@polynas/http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { S3Error } from '../errors.ts';
import { parseCompleteMultipartUpload } from './complete-multipart-upload.ts';
import { parseCreateBucketConfiguration } from './create-bucket-configuration.ts';
import { parseDelete } from './delete.ts';
import { errorDocument } from './error-document.ts';
import { encodeKeyForUrl } from './escape.ts';
import { parseXml } from './parse.ts';
import { s3Document } from './writer.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof S3Error) return error.code;
    throw error;
  }
  return 'none';
}

describe('writing', () => {
  it('escapes what XML cannot hold as numeric references', () => {
    expect(escapeXml('a<b>&"c"')).toBe('a&lt;b&gt;&amp;&quot;c&quot;');
    expect(escapeXml('\u0001\r\n\t')).toBe('&#x1;&#xd;\n\t');
    expect(escapeXml('\ud83d\ude00 \ud83d!')).toBe('\ud83d\ude00 \ufffd!');
  });

  it('percent-encodes keys for encoding-type=url', () => {
    expect(encodeKeyForUrl('test_file(3) +é/*~.png')).toBe('test_file%283%29%20%2B%C3%A9/*%7E.png');
    expect(encodeKeyForUrl('\u0001')).toBe('%01');
  });

  it('makes an error document', () => {
    const error = new S3Error('NoSuchKey', { elements: { Key: 'a&b' } });
    expect(errorDocument(error, '/b/a&b', 'REQ', 'HOST')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.' +
        '</Message><Key>a&amp;b</Key><Resource>/b/a&amp;b</Resource><RequestId>REQ</RequestId><HostId>HOST</HostId></Error>',
    );
  });

  it('what is written is read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const document = s3Document('R').leaf('T', text).close().toString();
        // A carriage return is written as a reference, so nothing is normalised away (XML 1.0 §2.11).
        expect(parseXml(bytes(document)).children[0]?.text).toBe(text.toWellFormed());
      }),
    );
  });
});

describe('parsing', () => {
  it('CompleteMultipartUpload', () => {
    expect(
      parseCompleteMultipartUpload(
        bytes(
          '<?xml version="1.0"?><CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\n <Part><PartNumber>1</PartNumber><ETag>&quot;aa&quot;</ETag>' +
            '<ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME></Part><Part><ETag>bb</ETag><PartNumber> 7 </PartNumber></Part></CompleteMultipartUpload>',
        ),
      ),
    ).toEqual([
      { partNumber: 1, etag: 'aa', checksums: new Map([['CRC64NVME', 'AAAAAAAAAAA=']]) },
      { partNumber: 7, etag: 'bb', checksums: new Map() },
    ]);
    const parts = (...numbers: string[]): string =>
      `<CompleteMultipartUpload>${numbers.map((n) => `<Part><PartNumber>${n}</PartNumber><ETag>e</ETag></Part>`).join('')}</CompleteMultipartUpload>`;
    expect(codeOf(() => parseCompleteMultipartUpload(bytes(parts('2', '1'))))).toBe('InvalidPartOrder');
    expect(codeOf(() => parseCompleteMultipartUpload(bytes(parts('1', '1'))))).toBe('InvalidPartOrder');
    for (const odd of [parts(), parts('0'), parts('10001'), parts('x'), parts('1.5'), '<Complete/>', '']) {
      expect(codeOf(() => parseCompleteMultipartUpload(bytes(odd)))).toBe('MalformedXML');
    }
  });

  it('Delete', () => {
    expect(
      parseDelete(
        bytes(
          '<Delete><Quiet>true</Quiet><Object><Key> a&amp;b&#x1;&#13;</Key><VersionId>null</VersionId></Object>' +
            '<Object><Key>__proto__</Key><ETag>"x"</ETag><Size>12</Size></Object></Delete>',
        ),
      ),
    ).toEqual({
      quiet: true,
      objects: [
        { key: ' a&b\u0001\r', versionId: 'null' },
        { key: '__proto__', etag: '"x"', size: 12 },
      ],
    });
    const many = (n: number): string => `<Delete>${'<Object><Key>k</Key></Object>'.repeat(n)}</Delete>`;
    expect(parseDelete(bytes(many(1000))).objects.length).toBe(1000);
    for (const odd of [
      many(0),
      many(1001),
      '<Delete><Object/></Delete>',
      '<Delete><Object><Key></Key></Object></Delete>',
      '<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>',
      '<Delete><Object><Key>&foo;</Key></Object></Delete>',
      '<Delete><Object><Key>&#xFFFFFF;</Key></Object></Delete>',
      '<Delete><Object><Key>a</Key></Object></Delete><Delete/>',
      '<Delete><Object><Key>a</Key></Object>',
      '<Delete><Object><Key>a</Object></Delete>',
      '<Delete><Objekt><Key>a</Key></Objekt></Delete>',
      '<!DOCTYPE d [<!ENTITY e "x">]><Delete><Object><Key>&e;</Key></Object></Delete>',
      '<Delete>'.repeat(100_000),
      `${'<a>'.repeat(50)}x${'</a>'.repeat(50)}`,
    ]) {
      expect(codeOf(() => parseDelete(bytes(odd)))).toBe('MalformedXML');
    }
    expect(codeOf(() => parseDelete(Uint8Array.of(0x3c, 0x80, 0xff)))).toBe('MalformedXML');
  });

  it('CreateBucketConfiguration', () => {
    expect(parseCreateBucketConfiguration(new Uint8Array())).toEqual({});
    expect(
      parseCreateBucketConfiguration(
        bytes(
          '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>eu</LocationConstraint></CreateBucketConfiguration>',
        ),
      ),
    ).toEqual({ locationConstraint: 'eu' });
    const tagged = '<CreateBucketConfiguration><Tags/></CreateBucketConfiguration>';
    expect(codeOf(() => parseCreateBucketConfiguration(bytes(tagged)))).toBe('NotImplemented');
    expect(codeOf(() => parseCreateBucketConfiguration(bytes('x')))).toBe('MalformedXML');
  });

  it('random and mutated documents are an S3 error or a value', () => {
    const seeds = [
      '<Delete><Quiet>true</Quiet><Object><Key>a&amp;b</Key></Object></Delete>',
      '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"a"</ETag></Part></CompleteMultipartUpload>',
      '<CreateBucketConfiguration><LocationConstraint>x</LocationConstraint></CreateBucketConfiguration>',
    ];
    const mutated = fc
      .tuple(fc.constantFrom(...seeds), fc.nat(), fc.nat(12), fc.string({ unit: 'binary', maxLength: 6 }))
      .map(([seed, at, length, text]) => {
        const start = at % seed.length;
        return bytes(seed.slice(0, start) + text + seed.slice(start + length));
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (input) => {
        for (const parse of [parseDelete, parseCompleteMultipartUpload, parseCreateBucketConfiguration]) {
          codeOf(() => parse(input));
        }
      }),
      { numRuns: 2000 },
    );
  });
});
