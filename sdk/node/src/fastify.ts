/** `@millrace/node/fastify`: `request.millrace`, and a view per page if wanted. For Fastify 4 and 5. */
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
  /** Tracks a `view` for each page of HTML that was sent, or of those requests for which a function says so. */
  views?: boolean | ((request: FastifyRequest, reply: FastifyReply) => boolean);
  /** Who is logged in. */
  userId?: (request: FastifyRequest) => string | undefined;
}

/** What Millrace should know of the visitor. Behind a proxy `ip` is the visitor's only if Fastify's `trustProxy` says so. */
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
  // Of an object Fastify would warn that requests share it; each gets its own before anything else sees it.
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

/** `app.register(millraceFastify, { client })`; holds for the whole application, not only for the plugin's own routes. */
export const millraceFastify: FastifyPluginCallback<FastifyMillraceOptions> = Object.assign(plugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@millrace/node',
  [Symbol.for('plugin-meta')]: { name: '@millrace/node', fastify: '>=4' },
});
