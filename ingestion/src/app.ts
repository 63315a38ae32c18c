import type { RequestListener } from 'node:http';
import { openapiRoutes } from '@millrace/shared/openapi/openapi-routes';
import { buildServiceApp, type ServiceApp } from '@millrace/shared/platform/http';
import type { Express } from 'express';
import type { EventLane } from './event-lane.js';
import { pageScripts } from './page-scripts.js';

/** The Express app. The event lane is mounted in it too, so that tests can reach every route through it. */
export function buildApp(deps: ServiceApp, lane: EventLane): Express {
  const about = { service: 'ingestion', docs: '/docs' };
  return buildServiceApp({ about, ...deps }, (app) => {
    app.use((req, res, next) => {
      if (!lane(req, res)) next();
    });
    app.use(pageScripts());
    app.use(openapiRoutes('Millrace ingestion', async () => (await import('./openapi/describe-api.js')).describeApi()));
  });
}

/** The server's request handler, in which events bypass Express. */
export function laneFirst(lane: EventLane, app: Express): RequestListener {
  return (req, res) => {
    if (!lane(req, res)) app(req, res);
  };
}
