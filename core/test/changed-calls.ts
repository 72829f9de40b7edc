/** A volume or handle in which some calls are others; `undefined`: it has none. The rest is its own. */
export function changedCalls<T extends object>(
  target: T,
  changed: { readonly [Name in keyof T]?: T[Name] | undefined },
): T {
  return new Proxy(target, {
    get(inner, name) {
      if (Object.hasOwn(changed, name)) return changed[name as keyof T];
      return ownOf(inner, name);
    },
  });
}

/** For `changedCalls`: a volume with nothing at hand. Every look is a step that others may come before. */
export const nothingAtHand = { lookupNow: undefined, getattrNow: undefined } as const;

/** The same with something done around every call: `go` makes the call as it was given. */
export function aroundCalls<T extends object>(
  target: T,
  around: (name: string, given: readonly unknown[], go: () => unknown) => unknown,
): T {
  return new Proxy(target, {
    get(inner, name) {
      const value = ownOf(inner, name);
      if (typeof value !== 'function' || typeof name !== 'string') return value;
      const method = value as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => around(name, given, () => method(...given));
    },
  });
}

function ownOf(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? (value.bind(target) as unknown) : value;
}
