import type { ObjectErrorCode } from '@polynas/core/service';
import { ObjectError } from '@polynas/core/service';

export function isObjectError(error: unknown, code: ObjectErrorCode): error is ObjectError {
  return error instanceof ObjectError && error.code === code;
}
