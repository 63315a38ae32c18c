/** `@millrace/node/fastify`: `request.millrace`, and optionally a view per page. For Fastify 4 and 5. */
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { VisitorContext } from './event-types.js';
import type { Millrace } from './millrace.js';
import { createRequestTracker, isPage, type RequestTracker, trackView } from './request-tracker.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `millraceFastify`. */
    millrace: RequestTracker;
  }
}

export interface FastifyMillraceOptions {
  client: Pick<Millrace, 'track'>;
  /** Tracks a `view` for each HTML page sent, or for the requests that a function selects. */
  views?: boolean | ((request: FastifyRequest, reply: FastifyReply) => boolean);
  /** The logged-in user. */
  userId?: (request: FastifyRequest) => string | undefined;
}

/** The visitor of a request, for `context` of an event. Behind a proxy `ip` is the visitor's only with Fastify's `trustProxy`. */
export function fastifyContext(request: Pick<FastifyRequest, 'ip' | 'headers'>): VisitorContext {
  return { ip: request.ip, user_agent: request.headers['user-agent'] };
}

function trackerOf(request: FastifyRequest, { client, userId }: FastifyMillraceOptions): RequestTracker {
  const { protocol, hostname, url } = request;
  return createRequestTracker(client, {
    protocol,
    hostname,
    url,
    referrer: request.headers.referer,
    context: fastifyContext(request),
    userId: userId && (() => userId(request)),
  });
}

function isWanted({ views }: FastifyMillraceOptions, request: FastifyRequest, reply: FastifyReply): boolean {
  if (typeof views === 'function') return views(request, reply);
  const { method, headers } = request;
  const contentType = reply.getHeader('content-type');
  return views === true && isPage({ method, status: reply.statusCode, contentType, accept: headers.accept });
}

const plugin: FastifyPluginCallback<FastifyMillraceOptions> = (fastify, options, done) => {
  // Declared as null, because Fastify warns about an object that all requests would share.
  fastify.decorateRequest('millrace', null as unknown as RequestTracker);
  fastify.addHook('onRequest', (request, _reply, next) => {
    request.millrace = trackerOf(request, options);
    next();
  });
  fastify.addHook('onResponse', (request, reply, next) => {
    trackView(request.millrace, () => isWanted(options, request, reply));
    next();
  });
  done();
};

/**
 * Register with `app.register(millraceFastify, { client })`; it applies to the whole application, not only to the plugin's
 * scope.
 */
export const millraceFastify: FastifyPluginCallback<FastifyMillraceOptions> = Object.assign(plugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@millrace/node',
  [Symbol.for('plugin-meta')]: { name: '@millrace/node', fastify: '>=4' },
});
