import { Model, type Shape } from './model.ts';
import { fieldName, tableName, typeName } from './names.ts';
import type { Definition, Specification } from './parse.ts';

type Of<K extends Definition['kind']> = Definition & { readonly kind: K };

/** Emits the TypeScript of one specification: types, decoders, encoders, sizes and procedure tables. */
export function emit(specification: Specification, source: string): string {
  return new Emitter(new Model(specification), source).module();
}

class Emitter {
  private readonly model: Model;
  private readonly source: string;
  private readonly chunks: string[] = [];
  /** Functions for arrays, lists and optional values, made on first use. */
  private readonly derived = new Map<string, string>();
  private readonly sized = new Map<string, string>();

  constructor(model: Model, source: string) {
    this.model = model;
    this.source = source;
  }

  module(): string {
    for (const definition of this.model.definitions) this.definition(definition);
    for (const definition of this.model.definitions) {
      if (this.model.directed('size', definition.name)) this.size(this.model.named(definition.name), 'v');
    }
    const body = [...this.chunks, ...this.derived.values(), ...this.sized.values()].join('\n');
    return `${this.head(body)}\n${body}`;
  }

  private head(body: string): string {
    const used = (names: readonly string[]) =>
      names.filter((name) => new RegExp(`\\b${name}\\(`).test(body) || new RegExp(`: ${name}[,;]`).test(body));
    const runtime = used([
      'attachOpaque',
      'decodeBool',
      'decodeCount',
      'decodeFixed',
      'decodeOpaque',
      'decodeText',
      'decodeUint',
      'decodeVoid',
      'encodeBool',
      'encodeCount',
      'encodeFixed',
      'encodeOpaque',
      'encodeText',
      'encodeUint',
      'encodeVoid',
      'sizeOpaque',
      'sizeText',
    ]);
    const cursors = ['type Reader', 'type Writer', ...(body.includes('new WireError') ? ['WireError'] : [])];
    const table = body.includes('ProcedureCodec<')
      ? "import type { ProcedureCodec } from '../codec/procedure-codec.ts';\n"
      : '';
    return [
      `// Generated from xdr/${this.source} by tools/xdrgen.ts; do not edit.`,
      `import { ${cursors.join(', ')} } from '@polynas/core/wire';`,
      `${table}import { ${runtime.join(', ')} } from '../codec/xdr.ts';`,
      '',
    ].join('\n');
  }

  private definition(definition: Definition): void {
    if (this.model.directed('flatten', definition.name)) return this.alias(definition);
    switch (definition.kind) {
      case 'const':
        return this.push(`export const ${definition.name} = ${definition.value};`);
      case 'enum':
        return this.enumeration(definition);
      case 'struct':
        return this.struct(definition);
      case 'union':
        return this.union(definition);
      case 'typedef':
        return this.alias(definition);
      case 'program':
        return this.program(definition);
    }
  }

  private doc(definition: Definition): string {
    return `/** \`${definition.name}\`, section ${definition.section} */\n`;
  }

  private alias(definition: Definition): void {
    const shape = this.model.named(definition.name);
    this.push(`${this.doc(definition)}export type ${typeName(definition.name)} = ${this.type(shape)};\n`);
  }

  private enumeration(definition: Of<'enum'>): void {
    const name = typeName(definition.name);
    const open = this.model.directed('open', definition.name);
    const members = definition.members.map((member) => `  ${member.name}: ${member.value},\n`).join('');
    const type = open ? 'number' : `(typeof ${name})[keyof typeof ${name}]`;
    this.push(
      `${this.doc(definition)}export const ${name} = {\n${members}} as const;\nexport type ${name} = ${type};\n`,
    );
    if (open) return;
    const cases = definition.members.map((member) => `    case ${member.value}:\n`).join('');
    this.push(
      `export function decode${name}(r: Reader): ${name} {\n  const value = r.i32();\n  switch (value) {\n${cases}` +
        `      return value;\n    default:\n      throw new WireError(\`${definition.name} \${value}\`);\n  }\n}\n`,
    );
  }

  private struct(definition: Of<'struct'>): void {
    const name = typeName(definition.name);
    const fields = this.model
      .fields(definition)
      .map((field) => ({ key: fieldName(field.name), shape: this.model.shape(field, definition.name) }));
    const types = fields.map(({ key, shape }) => `  readonly ${key}: ${this.type(shape)};\n`).join('');
    this.push(`${this.doc(definition)}export interface ${name} {\n${types}}\n`);
    const reads = fields.map(({ key, shape }) => `    ${key}: ${this.decode(shape)},\n`).join('');
    this.push(`export function decode${name}(r: Reader): ${name} {\n  return {\n${reads}  };\n}\n`);
    const writes = fields.map(({ key, shape }) => `  ${this.encode(shape, `v.${key}`)}\n`).join('');
    this.push(`export function encode${name}(w: Writer, v: ${name}): void {\n${writes}}\n`);
  }

  private union(definition: Of<'union'>): void {
    const value = this.model.optionalUnion(definition);
    if (value !== undefined) return this.optionalUnion(definition, value);
    const name = typeName(definition.name);
    const key = fieldName(definition.discriminant.name);
    const discriminant = this.model.shape(definition.discriminant, definition.name);
    if (discriminant.kind !== 'enum' || discriminant.open)
      throw new Error(`${definition.name}: discriminant is no closed enum`);
    const tag = typeName(discriminant.name);
    const named = definition.arms.flatMap((arm) => arm.cases.map((label) => `typeof ${tag}.${label}`));
    const arms = definition.arms.map((arm) => ({
      labels:
        arm.cases.length === 0 ? '    default:\n' : arm.cases.map((label) => `    case ${tag}.${label}:\n`).join(''),
      tagType:
        arm.cases.length === 0
          ? `Exclude<${tag}, ${named.join(' | ')}>`
          : arm.cases.map((label) => `typeof ${tag}.${label}`).join(' | '),
      field: arm.field && { key: fieldName(arm.field.name), shape: this.model.shape(arm.field, definition.name) },
    }));
    const types = arms.map(
      ({ tagType, field }) =>
        `  | { readonly ${key}: ${tagType}${field ? `; readonly ${field.key}: ${this.type(field.shape)}` : ''} }`,
    );
    this.push(`${this.doc(definition)}export type ${name} =\n${types.join('\n')};\n`);
    const closed = definition.arms.every((arm) => arm.cases.length > 0);
    const rejects = closed ? `    default:\n      throw new WireError(\`${definition.name} \${${key}}\`);\n` : '';
    const reads = arms
      .map(
        ({ labels, field }) =>
          `${labels}      return { ${key}${field ? `, ${field.key}: ${this.decode(field.shape)}` : ''} };\n`,
      )
      .join('');
    const covered = closed && new Set(named).size === this.enumSize(discriminant.name);
    this.push(
      `export function decode${name}(r: Reader): ${name} {\n  const ${key} = decode${tag}(r);\n  switch (${key}) {\n${reads}${covered ? '' : rejects}  }\n}\n`,
    );
    const writes = arms
      .map(
        ({ labels, field }) =>
          `${labels}${field ? `      ${this.encode(field.shape, `v.${field.key}`)}\n` : ''}      return;\n`,
      )
      .join('');
    this.push(
      `export function encode${name}(w: Writer, v: ${name}): void {\n  w.i32(v.${key});\n  switch (v.${key}) {\n${writes}  }\n}\n`,
    );
  }

  private enumSize(name: string): number {
    return (this.model.definition(name) as Of<'enum'>).members.length;
  }

  private optionalUnion(definition: Definition, value: Shape): void {
    const name = typeName(definition.name);
    this.push(`${this.doc(definition)}export type ${name} = ${this.type(value)} | undefined;\n`);
    this.push(
      `export function decode${name}(r: Reader): ${name} {\n  return decodeBool(r) ? ${this.decode(value)} : undefined;\n}\n`,
    );
    this.push(
      `export function encode${name}(w: Writer, v: ${name}): void {\n  if (v === undefined) {\n    w.u32(0);\n    return;\n  }\n` +
        `  w.u32(1);\n  ${this.encode(value, 'v')}\n}\n`,
    );
  }

  private program(definition: Of<'program'>): void {
    this.push(`export const ${definition.name} = ${definition.number};`);
    for (const version of definition.versions) {
      this.push(`export const ${version.name} = ${version.number};\n`);
      const rows = version.procedures.map((procedure) => {
        const args = this.standalone(procedure.args);
        const result = this.standalone(procedure.result);
        return (
          `  ${procedure.name}: {\n    name: '${procedure.name}',\n    number: ${procedure.number},\n` +
          `    decodeArgs: decode${args.name},\n    encodeArgs: encode${args.name},\n` +
          `    decodeResult: decode${result.name},\n    encodeResult: encode${result.name},\n` +
          `  } satisfies ProcedureCodec<${args.type}, ${result.type}>,\n`
        );
      });
      this.push(`${this.doc(definition)}export const ${tableName(version.name)} = {\n${rows.join('')}};\n`);
    }
  }

  /** The functions that code a whole argument or result; a typedef there gets functions of its own. */
  private standalone(type: string): { name: string; type: string } {
    const shape = this.model.named(type);
    switch (shape.kind) {
      case 'void':
        return { name: 'Void', type: 'void' };
      case 'bool':
        return { name: 'Bool', type: 'boolean' };
      case 'uint':
        return { name: 'Uint', type: 'number' };
      case 'struct':
      case 'union':
        return { name: typeName(shape.name), type: typeName(shape.name) };
      default: {
        const name = typeName(type);
        this.derived.set(
          name,
          `export function decode${name}(r: Reader): ${name} {\n  return ${this.decode(shape)};\n}\n\n` +
            `export function encode${name}(w: Writer, v: ${name}): void {\n  ${this.encode(shape, 'v')}\n}\n`,
        );
        return { name, type: name };
      }
    }
  }

  private type(shape: Shape): string {
    switch (shape.kind) {
      case 'int':
      case 'uint':
      case 'wide':
        return 'number';
      case 'hyper':
      case 'uhyper':
        return 'bigint';
      case 'bool':
        return 'boolean';
      case 'void':
        return 'void';
      case 'opaque':
      case 'fixed':
        return 'Uint8Array';
      case 'text':
        return 'string';
      case 'array':
      case 'list':
        return `readonly ${this.type(shape.item)}[]`;
      case 'optional':
        return `${this.type(shape.item)} | undefined`;
      default:
        return typeName(shape.name);
    }
  }

  private bound(bound: string | undefined): string {
    return bound ?? '0xffffffff';
  }

  private decode(shape: Shape): string {
    switch (shape.kind) {
      case 'int':
        return 'r.i32()';
      case 'uint':
        return 'r.u32()';
      case 'hyper':
        return 'r.i64()';
      case 'uhyper':
        return 'r.u64()';
      case 'wide':
        return 'r.u64Wide()';
      case 'bool':
        return 'decodeBool(r)';
      case 'void':
        return 'undefined';
      case 'fixed':
        return `decodeFixed(r, ${shape.bound})`;
      case 'opaque':
        return `decodeOpaque(r, ${this.bound(shape.bound)})`;
      case 'text':
        return `decodeText(r, ${this.bound(shape.bound)})`;
      case 'array':
        return `decode${this.arrayOf(shape)}(r, ${this.bound(shape.bound)})`;
      case 'list':
      case 'optional':
        return `decode${this.arrayOf(shape)}(r)`;
      case 'enum':
        return shape.open ? 'r.i32()' : `decode${typeName(shape.name)}(r)`;
      default:
        return `decode${typeName(shape.name)}(r)`;
    }
  }

  private encode(shape: Shape, value: string): string {
    switch (shape.kind) {
      case 'int':
      case 'enum':
        return `w.i32(${value});`;
      case 'uint':
        return `w.u32(${value});`;
      case 'hyper':
        return `w.i64(${value});`;
      case 'uhyper':
        return `w.u64(${value});`;
      case 'wide':
        return `w.u64Number(${value});`;
      case 'bool':
        return `encodeBool(w, ${value});`;
      case 'void':
        return '';
      case 'fixed':
        return `encodeFixed(w, ${value}, ${shape.bound});`;
      case 'opaque':
        return `${shape.attach ? 'attachOpaque' : 'encodeOpaque'}(w, ${value}, ${this.bound(shape.bound)});`;
      case 'text':
        return `encodeText(w, ${value}, ${this.bound(shape.bound)});`;
      case 'array':
        return `encode${this.arrayOf(shape)}(w, ${value}, ${this.bound(shape.bound)});`;
      case 'list':
      case 'optional':
        return `encode${this.arrayOf(shape)}(w, ${value});`;
      default:
        return `encode${typeName(shape.name)}(w, ${value});`;
    }
  }

  private arrayOf(shape: Shape & { readonly item: Shape }): string {
    const item = shape.item;
    const base = 'name' in item ? typeName(item.name) : item.kind.slice(0, 1).toUpperCase() + item.kind.slice(1);
    const name = `${base}${shape.kind.slice(0, 1).toUpperCase()}${shape.kind.slice(1)}`;
    if (this.derived.has(name)) return name;
    this.derived.set(name, '');
    this.derived.set(name, this.arrayFunctions(name, shape));
    return name;
  }

  private arrayFunctions(name: string, shape: Shape & { readonly item: Shape }): string {
    const type = this.type(shape.item);
    const read = this.decode(shape.item);
    const write = this.encode(shape.item, 'item');
    if (shape.kind === 'optional') {
      return (
        `function decode${name}(r: Reader): ${type} | undefined {\n  return decodeBool(r) ? ${read} : undefined;\n}\n\n` +
        `function encode${name}(w: Writer, item: ${type} | undefined): void {\n  encodeBool(w, item !== undefined);\n  if (item !== undefined) ${write}\n}\n`
      );
    }
    if (shape.kind === 'list') {
      return (
        `function decode${name}(r: Reader): ${type}[] {\n  const items: ${type}[] = [];\n  while (decodeBool(r)) items.push(${read});\n  return items;\n}\n\n` +
        `function encode${name}(w: Writer, items: readonly ${type}[]): void {\n  for (const item of items) {\n    w.u32(1);\n    ${write}\n  }\n  w.u32(0);\n}\n`
      );
    }
    return (
      `function decode${name}(r: Reader, limit: number): ${type}[] {\n  const count = decodeCount(r, limit, ${this.model.minimum(shape.item)});\n` +
      `  const items: ${type}[] = [];\n  for (let index = 0; index < count; index++) items.push(${read});\n  return items;\n}\n\n` +
      `function encode${name}(w: Writer, items: readonly ${type}[], limit: number): void {\n  encodeCount(w, items.length, limit);\n  for (const item of items) ${write}\n}\n`
    );
  }

  /** An expression for the encoded size of `value`, in bytes. */
  private size(shape: Shape, value: string): string {
    const constant = this.model.constantSize(shape);
    if (constant !== undefined) return String(constant);
    switch (shape.kind) {
      case 'opaque':
        return `sizeOpaque(${value})`;
      case 'text':
        return `sizeText(${value})`;
      case 'array':
      case 'list':
      case 'optional':
        return this.derivedSize(shape, value);
      case 'struct':
      case 'union':
        this.namedSize(shape.name);
        return `size${typeName(shape.name)}(${value})`;
      default:
        throw new Error(`no size of ${shape.kind}`);
    }
  }

  private derivedSize(shape: Shape & { readonly kind: 'array' | 'list' | 'optional' }, value: string): string {
    const name = this.arrayOf(shape);
    const type = this.type(shape.item);
    if (shape.kind === 'optional') return `4 + (${value} === undefined ? 0 : ${this.size(shape.item, value)})`;
    if (!this.sized.has(name)) {
      this.sized.set(name, '');
      const each = shape.kind === 'list' ? `4 + ${this.size(shape.item, 'item')}` : this.size(shape.item, 'item');
      this.sized.set(
        name,
        `function size${name}(items: readonly ${type}[]): number {\n  let sum = 4;\n  for (const item of items) sum += ${each};\n  return sum;\n}\n`,
      );
    }
    return `size${name}(${value})`;
  }

  private namedSize(type: string): void {
    if (this.sized.has(type)) return;
    this.sized.set(type, '');
    this.sized.set(type, this.sizeFunction(this.model.definition(type)));
  }

  private sizeFunction(definition: Definition): string {
    const name = typeName(definition.name);
    const head = `/** Encoded size in bytes. */\nexport function size${name}(v: ${name}): number {\n`;
    if (definition.kind === 'struct') {
      let fixed = 0;
      const terms: string[] = [];
      for (const field of this.model.fields(definition)) {
        const shape = this.model.shape(field, definition.name);
        const constant = this.model.constantSize(shape);
        if (constant === undefined) terms.push(this.size(shape, `v.${fieldName(field.name)}`));
        else fixed += constant;
      }
      return `${head}  return ${[String(fixed), ...terms].join(' + ')};\n}\n`;
    }
    const optional = this.model.optionalUnion(definition);
    if (optional !== undefined) return `${head}  return v === undefined ? 4 : 4 + ${this.size(optional, 'v')};\n}\n`;
    if (definition.kind !== 'union') throw new Error(`no size of ${definition.name}`);
    const tag = typeName(definition.discriminant.type);
    const arms = definition.arms.map((arm) => {
      const labels =
        arm.cases.length === 0 ? '    default:\n' : arm.cases.map((label) => `    case ${tag}.${label}:\n`).join('');
      const rest = arm.field
        ? ` + ${this.size(this.model.shape(arm.field, definition.name), `v.${fieldName(arm.field.name)}`)}`
        : '';
      return `${labels}      return 4${rest};\n`;
    });
    return `${head}  switch (v.${fieldName(definition.discriminant.name)}) {\n${arms.join('')}  }\n}\n`;
  }

  private push(chunk: string): void {
    this.chunks.push(chunk);
  }
}
