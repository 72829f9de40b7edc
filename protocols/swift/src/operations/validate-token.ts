import { describeToken, json, subjectOf } from '../auth/keystone.ts';
import type { Handle } from '../operation.ts';

/** `GET` and `HEAD /v3/auth/tokens`. */
export const validateToken: Handle = async (context, request) => {
  const subject = subjectOf(context, request);
  return json(200, describeToken(context, request, subject, true), { 'x-subject-token': subject.id });
};
