/** `GET /api/v1/page-settings`: what the dashboard cannot know of this installation by itself. */
import type { RequestHandler } from 'express';
import type { Pages } from './static-files.js';

/** `ingestion_url` is null where it was not configured: the page then says its guess. */
export const pageSettingsRoute =
  ({ ingestionUrl }: Pages = {}): RequestHandler =>
  (_req, res) =>
    void res.json({ ingestion_url: ingestionUrl?.replace(/\/+$/, '') ?? null });
