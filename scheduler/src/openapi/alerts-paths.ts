import Joi from 'joi';
import { pageSchema } from '../read-request.js';
import { bodyErrors, idParameter, operation, queryParameters, readErrors } from './operation.js';

const tag = 'Alerts';
const errorDescriptions = { 404: 'There is no such alert rule.' };
const about = { tag, errorDescriptions };
const lookErrors = [404, ...readErrors];

const alertId = idParameter('The id of an alert rule, a UUID.');

const alerts = {
  get: operation({
    ...about,
    id: 'listAlerts',
    summary: 'List alert rules and their states',
    response: 'AlertsResponse',
    errors: readErrors,
  }),
  post: operation({
    ...about,
    id: 'createAlert',
    summary: 'Create an alert rule',
    description:
      'It sends a message when its condition begins, and when it ends. Webhook messages carry `Millrace-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`; the `secret` for it is returned only here.',
    body: 'NewAlert',
    status: 201,
    response: 'AlertResponse',
    errors: bodyErrors,
  }),
};

const alert = {
  parameters: [alertId],
  get: operation({
    ...about,
    id: 'showAlert',
    summary: 'Show an alert rule and its state',
    response: 'AlertResponse',
    errors: lookErrors,
  }),
  patch: operation({
    ...about,
    id: 'changeAlert',
    summary: 'Change an alert rule',
    description: 'Omitted fields stay as they are. Sending a webhook, even the same one, creates a new secret.',
    body: 'AlertChange',
    response: 'AlertResponse',
    errors: [404, ...bodyErrors],
  }),
  delete: operation({
    ...about,
    id: 'deleteAlert',
    summary: 'Delete an alert rule and its deliveries',
    response: 'AlertIdResponse',
    errors: lookErrors,
  }),
};

export const alertsPaths = {
  '/api/v1/alerts': alerts,
  '/api/v1/alerts/{id}': alert,
  '/api/v1/alerts/{id}/test': {
    parameters: [alertId],
    post: operation({
      ...about,
      id: 'testAlert',
      summary: 'Send a test message now',
      description: 'Sent once, without retries. The response says whether it was delivered.',
      response: 'AlertTestResponse',
      errors: lookErrors,
    }),
  },
  '/api/v1/alerts/{id}/deliveries': {
    parameters: [alertId],
    get: operation({
      ...about,
      id: 'listAlertDeliveries',
      summary: 'List the messages of an alert rule, newest first',
      parameters: queryParameters(Joi.object(pageSchema)),
      response: 'AlertDeliveriesResponse',
      errors: [400, ...lookErrors],
    }),
  },
};
