import { instant, type JsonSchema, listOf, record, text } from '@millrace/shared/openapi/json-schema';
import { auditParamsSchema } from '../routes/audit-route.js';
import { operation, queryParameters, readErrors, responseSchemas } from './operation.js';

const entry = record({
  id: text,
  at: instant,
  key_id: text,
  key_name: { ...text, description: 'The name that the key had.' },
  action: { ...text, description: 'Such as `schedule.create`.' },
  target: { ...text, description: 'What was changed.' },
  details: { type: ['object', 'null'], additionalProperties: true },
});

export const auditSchemas: Record<string, JsonSchema> = responseSchemas({ AuditLog: listOf(entry) });

export const auditPaths = {
  '/api/v1/audit': {
    get: operation({
      id: 'listAuditLog',
      tag: 'Audit log',
      summary: 'List who changed what, newest first',
      description: 'Every change is recorded before it is made, and kept for a year.',
      parameters: queryParameters(auditParamsSchema, {
        action: { description: 'Only changes of this kind.', example: 'schedule.create' },
      }),
      response: 'AuditLogResponse',
      errors: [400, ...readErrors],
    }),
  },
};
