import { escapeXml } from './escape-xml.ts';

/**
 * Writes one XML document by appending to a string. No pretty-printing, no tree: a listing of a thousand keys is one
 * pass.
 */
export class XmlWriter {
  #text: string;
  readonly #open: string[] = [];

  /** @param before what the document begins with; nothing for elements that go into another document (`raw`) */
  constructor(before = '<?xml version="1.0" encoding="UTF-8"?>\n') {
    this.#text = before;
  }

  /** Opens an element. `attributes` are escaped; element and attribute names are ours and are not. */
  open(name: string, attributes: Readonly<Record<string, string>> = {}): this {
    this.#text += `<${name}`;
    for (const [attribute, value] of Object.entries(attributes)) this.#text += ` ${attribute}="${escapeXml(value)}"`;
    this.#text += '>';
    this.#open.push(name);
    return this;
  }

  /** Closes the innermost open element. */
  close(): this {
    const name = this.#open.pop();
    if (name === undefined) throw new Error('XmlWriter: nothing is open');
    this.#text += `</${name}>`;
    return this;
  }

  /** Puts character data into the innermost open element and closes it. */
  closeWith(value: string): this {
    this.#text += escapeXml(value);
    return this.close();
  }

  /** `<name>value</name>`; an `undefined` value writes nothing, an empty one an empty element. */
  leaf(name: string, value: string | number | boolean | undefined): this {
    if (value === undefined) return this;
    this.#text += `<${name}>${typeof value === 'string' ? escapeXml(value) : String(value)}</${name}>`;
    return this;
  }

  /** Puts whole elements, which a writer of their own has written, into the innermost open one. */
  raw(elements: string): this {
    this.#text += elements;
    return this;
  }

  /** The document; every element must have been closed. */
  toString(): string {
    if (this.#open.length > 0) throw new Error(`XmlWriter: <${this.#open.at(-1)}> is still open`);
    return this.#text;
  }
}
