/** Serves the dashboard: assets with a content hash in their names, cached forever, and its single page for all of its paths. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { ServiceError } from '@millrace/shared/platform/errors';
import { sendWrongMethod } from '@millrace/shared/platform/http';
import type { Request, RequestHandler, Response } from 'express';
import { publicFolder } from '../exports/export-links.js';

export interface Pages {
  /** Public URL of reporting, which may include a path. */
  publicUrl?: string | undefined;
  /** Where websites and servers send events, see {@link pageSettingsRoute}. */
  ingestionUrl?: string | undefined;
  /** Content-Security-Policy directive for who may frame shared links; defaults to this service only. */
  frameAncestors?: string | undefined;
}

interface File {
  type: string;
  /** By `Content-Encoding`. */
  contents: Partial<Record<Encoding, Buffer>> & { identity: Buffer };
}

/** Smallest first: browsers list gzip first, which content negotiation would take as their preference. */
const encodings = ['br', 'gzip'] as const;
type Encoding = (typeof encodings)[number];
const endings = { br: '.br', gzip: '.gz' };

const forEver = 'public, max-age=31536000, immutable';

function readFiles(folder: string): Map<string, File> {
  const names = readdirSync(folder);
  const read = (name: string) => readFileSync(join(folder, name));
  const fileOf = (name: string): File => {
    const compressed = encodings.filter((encoding) => names.includes(name + endings[encoding]));
    const contents = Object.fromEntries(compressed.map((encoding) => [encoding, read(name + endings[encoding])]));
    return { type: extname(name), contents: { ...contents, identity: read(name) } };
  };
  const plain = names.filter((name) => !Object.values(endings).includes(extname(name)));
  return new Map(plain.map((name) => [name, fileOf(name)]));
}

function sendFile(req: Request, res: Response, { type, contents }: File): void {
  const encoding = encodings.find((name) => contents[name] && req.acceptsEncodings(name));
  res.set({ 'cache-control': forEver, vary: 'Accept-Encoding', ...(encoding && { 'content-encoding': encoding }) });
  res.type(type).send(contents[encoding ?? 'identity'] ?? contents.identity);
}

/** The page may only run and load what comes from this origin. */
const policy = (frameAncestors: string) =>
  [
    `default-src 'self'`,
    `img-src 'self' data:`,
    `base-uri 'self'`,
    `form-action 'self'`,
    `object-src 'none'`,
    frameAncestors,
  ].join('; ');

/** First path segments that do not belong to the dashboard. A site with such an id has its page below `/sites/`. */
const others = new Set(['api', 'docs', 'health', 'metrics', 'openapi.json', 'stats', 'unsubscribe']);

const isRead = ({ method }: Request) => method === 'GET' || method === 'HEAD';
const wantsPage = (req: Request) => isRead(req) && (req.headers.accept ?? '').includes('text/html');

/**
 * Answers browsers that request a page, and leaves everything else to later routes. Reads all files into memory.
 * @throws Error if the dashboard has not been built.
 */
export function dashboardPages({ publicUrl, frameAncestors = `frame-ancestors 'self'` }: Pages = {}): RequestHandler {
  const index = createRequire(import.meta.url).resolve('@millrace/dashboard/page/index.html');
  const files = readFiles(join(dirname(index), 'assets'));
  const page = readFileSync(index, 'utf8').replace('<base href="/">', `<base href="${publicFolder(publicUrl)}/">`);
  return (req, res, next) => {
    const [first = '', ...rest] = req.path.slice(1).split('/');
    const file = first === 'assets' && rest.length === 1 ? files.get(rest[0]!) : undefined;
    if (file && !isRead(req)) return sendWrongMethod(res, ['GET', 'HEAD']);
    if (file) return sendFile(req, res, file);
    // Requested by a page of another release that is still open; a key would not help.
    if (first === 'assets') throw new ServiceError('not_found');
    const isShared = first === 'share' && Boolean(rest[0]);
    if (!wantsPage(req) || others.has(first) || (isShared && rest[1] === 'api')) return next();
    res.set({
      'content-security-policy': policy(isShared ? frameAncestors : `frame-ancestors 'none'`),
      // The server only accepts forms from its own origin, which browsers without TLS send only in the referrer.
      'referrer-policy': 'same-origin',
      ...(isShared && { 'x-robots-tag': 'noindex' }),
    });
    res.type('html').send(page);
  };
}

/**
 * `GET /api/v1/page-settings`: settings that the dashboard cannot find out by itself. `ingestion_url` is null if it is not configured;
 * the dashboard then shows a guess.
 */
export const pageSettingsRoute =
  ({ ingestionUrl }: Pages = {}): RequestHandler =>
  (_req, res) =>
    void res.json({ ingestion_url: ingestionUrl?.replace(/\/+$/, '') ?? null });
