/** Turns reporting's routes into an Express app. */
import { buildServiceApp, type ServiceApp } from '@millrace/shared/http';
import type { Pool } from '@millrace/shared/postgres';
import type { Express } from 'express';
import { statsRoute } from './stats-route.js';

export function buildApp(deps: ServiceApp & { pool: Pool }): Express {
  return buildServiceApp(deps, (app) => {
    app.get('/stats', statsRoute(deps.pool));
  });
}
