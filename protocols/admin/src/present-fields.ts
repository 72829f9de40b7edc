/** A plain object of the fields that a request gave: models carry every field, those not given as `undefined`. */
export function presentFields<T extends object>(model: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(model).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
