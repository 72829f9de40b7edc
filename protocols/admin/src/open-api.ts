import { getSpec, SpecTypes } from '@tsed/schema';
import { HeldStateController } from './controllers/held-state-controller.ts';
import { KeysController } from './controllers/keys-controller.ts';
import { SharesController } from './controllers/shares-controller.ts';
import { StatusController } from './controllers/status-controller.ts';
import { TenantsController } from './controllers/tenants-controller.ts';
import { UsersController } from './controllers/users-controller.ts';
import { VolumesController } from './controllers/volumes-controller.ts';

export const resourceControllers = [
  StatusController,
  UsersController,
  KeysController,
  SharesController,
  TenantsController,
  VolumesController,
  HeldStateController,
];

const problemSchema = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } },
    },
  },
};

const problemResponse = {
  description: 'What went wrong',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

type Operations = Readonly<Record<string, { readonly responses?: object }>>;

/** Each operation may end in a problem. */
function withProblems(paths: Readonly<Record<string, Operations>>): object {
  const operation = ([method, each]: [string, Operations[string]]) =>
    [method, { ...each, responses: { ...each.responses, default: problemResponse } }] as const;
  const path = ([name, operations]: [string, Operations]) =>
    [name, Object.fromEntries(Object.entries(operations).map(operation))] as const;
  return Object.fromEntries(Object.entries(paths).map(path));
}

/** The OpenAPI 3 document of the admin API, made from the controllers and their models. */
export function openApiDocument(version: string): object {
  const spec = getSpec(
    resourceControllers.map((token) => ({ token, rootPath: '/v1' })),
    { specType: SpecTypes.OPENAPI },
  );
  return {
    openapi: '3.0.3',
    info: { title: 'Polynas admin API', version },
    ...spec,
    paths: withProblems((spec.paths ?? {}) as Readonly<Record<string, Operations>>),
    components: { ...spec.components, schemas: { ...spec.components?.schemas, Problem: problemSchema } },
  };
}
