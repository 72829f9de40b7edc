/**
 * Parser of the XDR language (RFC 4506 section 6) with the RPC program definitions of RFC 5531 section 12, as far as the
 * protocols here use it. Unnamed unions and structs inside a definition are lifted out under the name of their parent and field.
 */

export type Scalar = 'int' | 'unsigned int' | 'hyper' | 'unsigned hyper' | 'bool';

export interface Declaration {
  readonly name: string;
  /** A scalar, `opaque`, `string`, `void` or the name of a definition. */
  readonly type: string;
  readonly form: 'plain' | 'fixed' | 'variable' | 'optional';
  /** The bound between the brackets: a number or the name of a constant; none between `<>`. */
  readonly bound?: string;
}

export interface Arm {
  /** Names of the discriminant's values; empty is the default arm. */
  readonly cases: readonly string[];
  readonly field: Declaration | undefined;
}

interface Located {
  readonly name: string;
  /** The last `Section …` comment before the definition. */
  readonly section: string;
}

export type Definition = Located &
  (
    | { readonly kind: 'const'; readonly value: number }
    | { readonly kind: 'enum'; readonly members: readonly { readonly name: string; readonly value: number }[] }
    | { readonly kind: 'struct'; readonly fields: readonly Declaration[] }
    | { readonly kind: 'union'; readonly discriminant: Declaration; readonly arms: readonly Arm[] }
    | { readonly kind: 'typedef'; readonly target: Declaration }
    | { readonly kind: 'program'; readonly number: number; readonly versions: readonly Version[] }
  );

export interface Version {
  readonly name: string;
  readonly number: number;
  readonly procedures: readonly Procedure[];
}

export interface Procedure {
  readonly name: string;
  readonly number: number;
  readonly args: string;
  readonly result: string;
}

export interface Specification {
  readonly definitions: readonly Definition[];
  /** Words after each `%` directive. */
  readonly directives: ReadonlyMap<string, ReadonlySet<string>>;
}

interface Token {
  readonly text: string;
  readonly section: string;
  readonly line: number;
}

export function parse(text: string): Specification {
  const { tokens, directives } = tokenize(text);
  return { definitions: new Parser(tokens).specification(), directives };
}

function tokenize(text: string): { tokens: Token[]; directives: Map<string, Set<string>> } {
  const tokens: Token[] = [];
  const directives = new Map<string, Set<string>>();
  const pattern =
    /\/\*(?<comment>[\s\S]*?)\*\/|^%(?<directive>.*)$|(?<word>[A-Za-z_][A-Za-z0-9_]*|-?(?:0x[0-9a-fA-F]+|\d+))|(?<mark>[{}()<>[\];:,=*])|(?<space>\s+)/gmy;
  let section = '';
  let line = 1;
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found?.groups === undefined) throw new Error(`line ${line}: unexpected ${JSON.stringify(text[at])}`);
    const { comment, directive, word, mark } = found.groups;
    if (comment !== undefined)
      section = /(?:[Ss]ection|[Aa]ppendix) ([A-Z0-9.]*[A-Z0-9])/.exec(comment)?.[1] ?? section;
    if (directive !== undefined) {
      const [name = '', ...words] = directive.trim().split(/\s+/);
      directives.set(name, new Set([...(directives.get(name) ?? []), ...words]));
    }
    const token = word ?? mark;
    if (token !== undefined) tokens.push({ text: token, section, line });
    line += found[0].split('\n').length - 1;
    at += found[0].length;
  }
  return { tokens, directives };
}

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;
  private readonly definitions: Definition[] = [];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  specification(): Definition[] {
    while (this.at < this.tokens.length) this.definition();
    return this.definitions;
  }

  private definition(): void {
    const section = this.tokens[this.at]!.section;
    const keyword = this.next();
    switch (keyword) {
      case 'const': {
        const name = this.next();
        this.expect('=');
        this.definitions.push({ kind: 'const', name, section, value: this.number() });
        break;
      }
      case 'enum': {
        const name = this.next();
        this.expect('{');
        const members: { name: string; value: number }[] = [];
        do {
          const member = this.next();
          this.expect('=');
          members.push({ name: member, value: this.number() });
        } while (this.accept(','));
        this.expect('}');
        this.definitions.push({ kind: 'enum', name, section, members });
        break;
      }
      case 'struct': {
        const name = this.next();
        this.structBody(name, section);
        break;
      }
      case 'union': {
        const name = this.next();
        this.unionBody(name, section);
        break;
      }
      case 'typedef': {
        const target = this.declaration('');
        if (target === undefined) throw this.error('typedef of void');
        this.definitions.push({ kind: 'typedef', name: target.name, section, target });
        break;
      }
      case 'program':
        this.program(section);
        break;
      default:
        throw this.error(`unexpected ${keyword}`);
    }
    this.expect(';');
  }

  private structBody(name: string, section: string): void {
    this.expect('{');
    const fields: Declaration[] = [];
    while (!this.accept('}')) {
      const field = this.declaration(name);
      if (field === undefined) throw this.error('void in a struct');
      fields.push(field);
      this.expect(';');
    }
    this.definitions.push({ kind: 'struct', name, section, fields });
  }

  private unionBody(name: string, section: string): void {
    this.expect('switch');
    this.expect('(');
    const discriminant = this.declaration(name);
    if (discriminant === undefined) throw this.error('void as a discriminant');
    this.expect(')');
    this.expect('{');
    const arms: Arm[] = [];
    while (!this.accept('}')) {
      const cases: string[] = [];
      if (this.accept('default')) this.expect(':');
      else {
        do {
          this.expect('case');
          cases.push(this.next());
          this.expect(':');
        } while (this.peek() === 'case');
      }
      arms.push({ cases, field: this.declaration(name) });
      this.expect(';');
    }
    this.definitions.push({ kind: 'union', name, section, discriminant, arms });
  }

  private declaration(parent: string): Declaration | undefined {
    const inline = this.peek();
    const section = this.tokens[this.at]?.section ?? '';
    if ((inline === 'union' && this.peek(1) === 'switch') || (inline === 'struct' && this.peek(1) === '{')) {
      this.next();
      const field = this.nameAfterBody();
      const name = `${parent}_${field}`;
      if (inline === 'union') this.unionBody(name, section);
      else this.structBody(name, section);
      this.expect(field);
      return { name: field, type: name, form: 'plain' };
    }
    const type = this.type();
    if (type === 'void') return undefined;
    if (this.accept('*')) return { name: this.next(), type, form: 'optional' };
    const name = this.next();
    if (this.accept('[')) {
      const bound = this.next();
      this.expect(']');
      return { name, type, form: 'fixed', bound };
    }
    if (this.accept('<')) {
      if (this.accept('>')) return { name, type, form: 'variable' };
      const bound = this.next();
      this.expect('>');
      return { name, type, form: 'variable', bound };
    }
    return { name, type, form: 'plain' };
  }

  /** The declarator that follows the braces which begin at the cursor. */
  private nameAfterBody(): string {
    let depth = 0;
    for (let index = this.at; index < this.tokens.length; index++) {
      const { text } = this.tokens[index]!;
      if (text === '{') depth++;
      if (text === '}' && --depth === 0) return this.tokens[index + 1]?.text ?? '';
    }
    throw this.error('unclosed brace');
  }

  private type(): string {
    const word = this.next();
    if (word === 'struct') return this.next();
    if (word !== 'unsigned') return word;
    const rest = this.peek();
    if (rest !== 'int' && rest !== 'hyper') return 'unsigned int';
    return `unsigned ${this.next()}`;
  }

  private program(section: string): void {
    const name = this.next();
    const versions: Version[] = [];
    this.expect('{');
    while (!this.accept('}')) {
      this.expect('version');
      const version = this.next();
      const procedures: Procedure[] = [];
      this.expect('{');
      while (!this.accept('}')) {
        const result = this.type();
        const procedure = this.next();
        this.expect('(');
        const args = this.type();
        this.expect(')');
        this.expect('=');
        procedures.push({ name: procedure, number: this.number(), args, result });
        this.expect(';');
      }
      this.expect('=');
      versions.push({ name: version, number: this.number(), procedures });
      this.expect(';');
    }
    this.expect('=');
    this.definitions.push({ kind: 'program', name, section, number: this.number(), versions });
  }

  private peek(ahead: number = 0): string | undefined {
    return this.tokens[this.at + ahead]?.text;
  }

  private next(): string {
    const token = this.tokens[this.at++];
    if (token === undefined) throw this.error('unexpected end');
    return token.text;
  }

  private accept(text: string): boolean {
    if (this.peek() !== text) return false;
    this.at++;
    return true;
  }

  private expect(text: string): void {
    const found = this.next();
    if (found !== text) throw this.error(`${text} expected, ${found} found`);
  }

  private number(): number {
    const value = Number(this.next());
    if (!Number.isInteger(value)) throw this.error('a number expected');
    return value;
  }

  private error(what: string): Error {
    return new Error(`line ${this.tokens[this.at - 1]?.line ?? 0}: ${what}`);
  }
}
