/** The part of JSON Schema that the admin API's models use. */
export interface ValueSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | ValueSchema;
  readonly items?: ValueSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly allOf?: readonly ValueSchema[];
  readonly anyOf?: readonly ValueSchema[];
  readonly oneOf?: readonly ValueSchema[];
  readonly definitions?: Readonly<Record<string, ValueSchema>>;
  /** What the pattern means, in words. */
  readonly description?: string;
}

export interface ValueFault {
  /** Dotted path in the value; empty for the value itself. */
  readonly path: string;
  readonly message: string;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return typeof value;
}

function hasType(value: unknown, type: string): boolean {
  const actual = typeOf(value);
  return actual === type || (type === 'number' && actual === 'integer');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeOf(value) === 'object';
}

function join(path: string, key: string | number): string {
  return path === '' ? String(key) : `${path}.${key}`;
}

/** Faults of a value against a schema, in order of the schema; empty when it fits. */
export function faultsOf(value: unknown, schema: ValueSchema): readonly ValueFault[] {
  const definitions = schema.definitions ?? {};
  const faults: ValueFault[] = [];

  function check(item: unknown, rule: ValueSchema, path: string): void {
    const fault = (message: string) => faults.push({ path, message });
    if (rule.$ref !== undefined) {
      const target = definitions[rule.$ref.slice(rule.$ref.lastIndexOf('/') + 1)];
      if (target) check(item, target, path);
      return;
    }
    for (const part of rule.allOf ?? []) check(item, part, path);
    const choices = rule.anyOf ?? rule.oneOf;
    if (choices) {
      checkChoices(item, choices, path);
      return;
    }
    const types = rule.type === undefined ? [] : [rule.type].flat();
    if (types.length > 0 && !types.some((type) => hasType(item, type))) {
      fault(`expected ${types.join(' or ')}, got ${typeOf(item)}`);
      return;
    }
    if (rule.enum && !rule.enum.includes(item)) fault(`expected one of ${rule.enum.map(String).join(', ')}`);
    if (typeof item === 'string') checkString(item, rule, fault);
    if (typeof item === 'number') checkNumber(item, rule, fault);
    if (Array.isArray(item)) checkArray(item, rule, path, fault);
    if (isRecord(item)) checkObject(item, rule, path);
  }

  function checkChoices(item: unknown, choices: readonly ValueSchema[], path: string): void {
    if (item === null && choices.some((choice) => choice.type === 'null')) return;
    const rest = choices.filter((choice) => choice.type !== 'null');
    const only = rest[0];
    if (rest.length === 1 && only) check(item, only, path);
    else if (!rest.some((choice) => faultsOf(item, { ...choice, definitions }).length === 0)) {
      faults.push({ path, message: 'fits none of the forms that are allowed here' });
    }
  }

  function checkString(item: string, rule: ValueSchema, fault: (message: string) => void): void {
    if (rule.minLength !== undefined && item.length < rule.minLength) {
      fault(rule.minLength === 1 ? 'must not be empty' : `must have at least ${rule.minLength} characters`);
    } else if (rule.maxLength !== undefined && item.length > rule.maxLength) {
      fault(`must have at most ${rule.maxLength} characters`);
    } else if (rule.pattern !== undefined && !new RegExp(rule.pattern, 'u').test(item)) {
      fault(`expected ${rule.description ?? `text like ${rule.pattern}`}`);
    }
  }

  function checkNumber(item: number, rule: ValueSchema, fault: (message: string) => void): void {
    if (rule.minimum !== undefined && item < rule.minimum) fault(`must be at least ${rule.minimum}`);
    if (rule.maximum !== undefined && item > rule.maximum) fault(`must be at most ${rule.maximum}`);
    if (rule.multipleOf !== undefined && item % rule.multipleOf !== 0) fault('must be a whole number');
  }

  function checkArray(item: readonly unknown[], rule: ValueSchema, path: string, fault: (m: string) => void): void {
    if (rule.minItems !== undefined && item.length < rule.minItems)
      fault(`must have at least ${rule.minItems} entries`);
    if (rule.maxItems !== undefined && item.length > rule.maxItems) fault(`must have at most ${rule.maxItems} entries`);
    const { items } = rule;
    if (items) item.forEach((entry, index) => check(entry, items, join(path, index)));
  }

  function checkObject(item: Record<string, unknown>, rule: ValueSchema, path: string): void {
    for (const key of rule.required ?? []) {
      if (item[key] === undefined) faults.push({ path: join(path, key), message: 'is required' });
    }
    const known = rule.properties ?? {};
    for (const [key, entry] of Object.entries(item)) {
      const property = Object.hasOwn(known, key) ? known[key] : undefined;
      if (property) {
        if (entry !== undefined) check(entry, property, join(path, key));
      } else if (rule.additionalProperties === false) {
        faults.push({ path: join(path, key), message: `unknown; known are ${Object.keys(known).join(', ')}` });
      }
    }
  }

  check(value, schema, '');
  return faults;
}
