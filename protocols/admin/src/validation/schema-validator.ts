import { injectable } from '@tsed/di';
import { InvalidRequest } from '../problem.ts';
import type { ValueSchema } from './validate-value.ts';
import { faultsOf } from './validate-value.ts';

/** What Ts.ED's validation pipe calls for each parameter, with the JSON schema of its model: the one that the OpenAPI document shows. */
export class SchemaValidator {
  readonly name = 'polynas';

  validate<T>(value: T, options: { readonly schema: ValueSchema }): T {
    const faults = faultsOf(value, options.schema);
    if (faults.length > 0) throw new InvalidRequest(faults);
    return value;
  }
}

injectable(SchemaValidator).type('validator:service');
