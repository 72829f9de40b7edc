import type { Declaration, Definition, Specification } from './parse.ts';

/** What a field is on the wire once typedefs are followed. `name`s are those of the `.x` text. */
export type Shape =
  | { readonly kind: 'int' | 'uint' | 'hyper' | 'uhyper' | 'wide' | 'bool' | 'void' }
  | { readonly kind: 'enum'; readonly name: string; readonly open: boolean }
  | { readonly kind: 'struct' | 'union'; readonly name: string }
  | { readonly kind: 'opaque' | 'text'; readonly bound: string | undefined; readonly attach: boolean }
  | { readonly kind: 'fixed'; readonly bound: string }
  | { readonly kind: 'array'; readonly item: Shape; readonly bound: string | undefined }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'optional'; readonly item: Shape };

const SCALARS: Record<string, Shape> = {
  int: { kind: 'int' },
  'unsigned int': { kind: 'uint' },
  hyper: { kind: 'hyper' },
  'unsigned hyper': { kind: 'uhyper' },
  bool: { kind: 'bool' },
  void: { kind: 'void' },
};

/** Resolves names to shapes and recognises what XDR says in a roundabout way: optional values and linked lists. */
export class Model {
  readonly definitions: readonly Definition[];
  private readonly byName: ReadonlyMap<string, Definition>;
  private readonly directives: Specification['directives'];

  constructor(specification: Specification) {
    this.definitions = specification.definitions;
    this.byName = new Map(specification.definitions.map((definition) => [definition.name, definition]));
    this.directives = specification.directives;
  }

  directed(directive: string, name: string): boolean {
    return this.directives.get(directive)?.has(name) ?? false;
  }

  definition(name: string): Definition {
    const found = this.byName.get(name);
    if (found === undefined) throw new Error(`${name} is not defined`);
    return found;
  }

  /** The value of a bound: a number or the name of a constant. */
  value(bound: string): number {
    const number = Number(bound);
    if (Number.isInteger(number)) return number;
    const found = this.definition(bound);
    if (found.kind !== 'const') throw new Error(`${bound} is no constant`);
    return found.value;
  }

  /** The shape of a type named in a signature or as an item. */
  named(type: string): Shape {
    return this.shape({ name: '', type, form: 'plain' }, '');
  }

  /** @param owner the struct that holds the declaration, for `attach` */
  shape(declaration: Declaration, owner: string): Shape {
    const { type, form, bound, name } = declaration;
    if (type === 'opaque' && form === 'fixed') return { kind: 'fixed', bound: bound! };
    if (type === 'opaque' || type === 'string') {
      const text = this.directed('text', name);
      return { kind: text ? 'text' : 'opaque', bound, attach: this.directed('attach', `${owner}.${name}`) };
    }
    const item = this.typeShape(type);
    if (form === 'plain') return item;
    if (form === 'variable') return { kind: 'array', item, bound };
    if (form === 'optional') return this.listLink(type) ? { kind: 'list', item } : { kind: 'optional', item };
    throw new Error(`fixed array of ${type}`);
  }

  /** The value of a union that only says whether a value follows. */
  optionalUnion(definition: Definition): Shape | undefined {
    if (definition.kind !== 'union' || definition.discriminant.type !== 'bool') return undefined;
    const [present, absent] = definition.arms;
    const says = present?.cases.join() === 'TRUE' && present.field !== undefined && absent?.field === undefined;
    if (!says) throw new Error(`${definition.name}: a union over bool that is no optional value`);
    return this.shape(present.field, definition.name);
  }

  /** The field by which a struct is a node of a linked list: the last one, an optional node of the same kind. */
  listLink(name: string): Declaration | undefined {
    const definition = this.byName.get(name);
    if (definition?.kind !== 'struct') return undefined;
    const last = definition.fields.at(-1)!;
    const alias = this.byName.get(last.type);
    const link = last.form === 'plain' && alias?.kind === 'typedef' ? alias.target : last;
    return link.form === 'optional' && link.type === name ? last : undefined;
  }

  /** A struct's fields without the link of a list. */
  fields(definition: Definition & { kind: 'struct' }): readonly Declaration[] {
    return this.listLink(definition.name) ? definition.fields.slice(0, -1) : definition.fields;
  }

  /** The fewest bytes that a value takes: what bounds the count of an array by the bytes that are there. */
  minimum(shape: Shape): number {
    switch (shape.kind) {
      case 'void':
        return 0;
      case 'hyper':
      case 'uhyper':
      case 'wide':
        return 8;
      case 'fixed':
        return padded(this.value(shape.bound));
      case 'struct':
      case 'union':
        return this.namedMinimum(shape.name);
      default:
        return 4;
    }
  }

  /** The bytes that every value takes, where they are all alike. */
  constantSize(shape: Shape): number | undefined {
    switch (shape.kind) {
      case 'opaque':
      case 'text':
      case 'array':
      case 'list':
      case 'optional':
      case 'union':
        return undefined;
      case 'struct': {
        const definition = this.definition(shape.name) as Definition & { kind: 'struct' };
        let sum = 0;
        for (const field of this.fields(definition)) {
          const size = this.constantSize(this.shape(field, shape.name));
          if (size === undefined) return undefined;
          sum += size;
        }
        return sum;
      }
      default:
        return this.minimum(shape);
    }
  }

  private namedMinimum(name: string): number {
    const definition = this.definition(name);
    if (definition.kind === 'struct') {
      return this.fields(definition).reduce((sum, field) => sum + this.minimum(this.shape(field, name)), 0);
    }
    return 4;
  }

  private typeShape(type: string): Shape {
    const scalar = SCALARS[type];
    if (scalar !== undefined) return scalar;
    if (this.directed('wide', type)) return { kind: 'wide' };
    const definition = this.definition(type);
    switch (definition.kind) {
      case 'enum':
        return { kind: 'enum', name: type, open: this.directed('open', type) };
      case 'typedef':
        return this.shape(definition.target, '');
      case 'struct':
        if (this.directed('flatten', type)) return this.shape(definition.fields[0]!, type);
        return { kind: 'struct', name: type };
      case 'union':
        return { kind: 'union', name: type };
      default:
        throw new Error(`${type} is no type`);
    }
  }
}

function padded(length: number): number {
  return length + (-length & 3);
}
