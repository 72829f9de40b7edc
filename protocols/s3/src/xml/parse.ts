import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { S3Error } from '../errors.ts';

/** One element of a request document; attributes and namespaces mean nothing in S3's request documents. */
export interface XmlElement {
  readonly name: string;
  /** The element's own character data, references resolved; white space is kept. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** S3's request documents are at most four levels deep. */
const maximumDepth = 12;

/**
 * Parses a request document. Anything odd is `MalformedXML`: no DTD, no entities but the five of XML 1.0 §4.6, a
 * bounded depth. The caller has bounded the size (the row's `maximumBody`).
 */
export function parseXml(bytes: Uint8Array): XmlElement {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new S3Error('MalformedXML', { cause });
  }
  // Refused before the parser sees it: no document type means no entity expansion and no external reference.
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw malformed('a document type is not allowed');
  let nodes: unknown;
  try {
    if (XMLValidator.validate(text) !== true) throw malformed('not well-formed');
    nodes = new XMLParser({
      preserveOrder: true,
      ignoreAttributes: true,
      ignoreDeclaration: true,
      ignorePiTags: true,
      removeNSPrefix: true,
      parseTagValue: false,
      trimValues: false,
      processEntities: false,
      maxNestedTags: maximumDepth,
    }).parse(text);
  } catch (cause) {
    throw cause instanceof S3Error ? cause : new S3Error('MalformedXML', { cause });
  }
  const roots = collect(nodes, 0);
  const root = roots.children[0];
  if (root === undefined || roots.children.length !== 1 || roots.text.trim() !== '') {
    throw malformed('exactly one root element is expected');
  }
  return root;
}

/** Children with this name. */
export function childrenNamed(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The only child of this name, `undefined` when there is none; more than one, or one with children, is malformed. */
export function optionalText(element: XmlElement, name: string): string | undefined {
  const found = childrenNamed(element, name);
  if (found.length > 1) throw malformed(`<${name}> is repeated`);
  const child = found[0];
  if (child !== undefined && child.children.length > 0) throw malformed(`<${name}> holds elements`);
  return child?.text;
}

/** Like {@link optionalText}, for an element that must be there. */
export function requiredText(element: XmlElement, name: string): string {
  const text = optionalText(element, name);
  if (text === undefined) throw malformed(`<${name}> is missing`);
  return text;
}

/** Refuses children that the schema does not know, and character data between elements. */
export function expectOnly(element: XmlElement, names: readonly string[]): void {
  if (element.text.trim() !== '') throw malformed(`<${element.name}> holds text`);
  for (const child of element.children) {
    if (!names.includes(child.name)) throw malformed(`<${child.name}> is not expected`);
  }
}

/** A `MalformedXML` whose reason goes to the log and not to the client, whose SDK matches on the standard message. */
export function malformed(reason: string): S3Error {
  return new S3Error('MalformedXML', { cause: reason });
}

/** The parser's ordered form is `[{ name: [children…] }, { '#text': '…' }]`. */
function collect(nodes: unknown, depth: number): { text: string; children: XmlElement[] } {
  if (depth > maximumDepth || !Array.isArray(nodes)) throw malformed('too deep');
  let text = '';
  const children: XmlElement[] = [];
  for (const node of nodes as Record<string, unknown>[]) {
    for (const [name, value] of Object.entries(node)) {
      if (name === ':@') continue;
      if (name === '#text') text += resolveReferences(String(value));
      else children.push({ name, ...collect(value, depth + 1) });
    }
  }
  return { text, children };
}

const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** XML 1.0 §4.1. Character references to what XML cannot hold are taken, since keys may hold it and AWS writes it. */
function resolveReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]{0,12});?/g, (whole, body: string) => {
    if (!whole.endsWith(';')) throw malformed('a reference is not closed');
    const numeric = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(body);
    if (numeric) {
      const code = numeric[1] === undefined ? Number(numeric[2]) : Number.parseInt(numeric[1], 16);
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw malformed('a reference is out of range');
      return String.fromCodePoint(code);
    }
    const character = Object.hasOwn(predefined, body) ? predefined[body] : undefined;
    if (character === undefined) throw malformed('an unknown entity');
    return character;
  });
}
