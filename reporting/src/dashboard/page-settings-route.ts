/** `GET /api/v1/page-settings`: settings that the dashboard cannot find out by itself. */
import type { RequestHandler } from 'express';
import type { Pages } from './static-files.js';

/** `ingestion_url` is null if it is not configured; the dashboard then shows a guess. */
export const pageSettingsRoute =
  ({ ingestionUrl }: Pages = {}): RequestHandler =>
  (_req, res) =>
    void res.json({ ingestion_url: ingestionUrl?.replace(/\/+$/, '') ?? null });
