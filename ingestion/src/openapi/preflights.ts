/** `OPTIONS` of every address for events, which browsers send before some requests. */
import { text } from '@millrace/shared/openapi/json-schema';
import { methodsByPath } from '../wires/wires.js';

type Paths = Record<string, Record<string, unknown>>;

const header = (description: string) => ({ description, schema: text });
const allowed = {
  204: {
    description: 'Pages of every origin may send, with any headers and with or without credentials.',
    headers: {
      'Access-Control-Allow-Origin': header('The `Origin` of the request, or `*`.'),
      'Access-Control-Allow-Methods': header('The methods of this address.'),
      'Access-Control-Allow-Headers': header('The headers that were asked for.'),
      'Access-Control-Max-Age': header('A day, in seconds.'),
    },
  },
};

/** Such as `preflightSendEvent`, from the first operation at the same path. */
function idOf(operations: Record<string, unknown>): string {
  const { post, get } = operations as Record<string, { operationId: string } | undefined>;
  const id = (post ?? get)!.operationId;
  return `preflight${id.charAt(0).toUpperCase()}${id.slice(1)}`;
}

const preflight = (path: string, operations: Record<string, unknown>) => ({
  operationId: idOf(operations),
  summary: `CORS preflight of \`${path}\``,
  tags: ['Preflight'],
  security: [{}],
  responses: allowed,
});

export const withPreflights = (paths: Paths): Paths =>
  Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => [
      path,
      methodsByPath.get(path)?.includes('OPTIONS')
        ? { ...operations, options: preflight(path, operations) }
        : operations,
    ]),
  );
