import type { BaseContext } from '@tsed/di';
import { inject } from '@tsed/di';
import type { ExceptionFilterMethods } from '@tsed/platform-exceptions';
import { Catch } from '@tsed/platform-exceptions';
import { Exception } from '@tsed/exceptions';
import type { AdminContext } from './admin-context.ts';
import { adminContextToken } from './admin-context.ts';
import { problemOf } from './problem.ts';

/** Every error leaves the admin API as problem+json (RFC 9457 §3). */
@Catch(Error, Exception)
export class ProblemFilter implements ExceptionFilterMethods {
  catch(error: unknown, ctx: BaseContext): void {
    const { document, fault } = problemOf(error);
    if (fault) inject<AdminContext>(adminContextToken).onFault(`${ctx.request.method} ${ctx.request.url}`, error);
    ctx.response.status(document.status).contentType('application/problem+json').body(JSON.stringify(document));
  }
}
