import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Router } from 'express';
import type { OpenApiDocument } from './operation.js';

const files = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** The page loads and runs only what this service serves. The style sheet has icons as `data:` URLs; responses that are images are shown by `blob:` URLs. */
const policy = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src 'self' data: blob:`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

const pageOf = (title: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
</head>
<body>
<div id="document"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/show.js"></script>
</body>
</html>
`;

const script = `SwaggerUIBundle({ url: 'openapi.json', domNode: document.getElementById('document'), deepLinking: true });
`;

/**
 * `/openapi.json` and a page that shows it at `/docs`. The document is loaded on the first request, because most processes never
 * serve it.
 */
export function openapiRoutes(title: string, load: () => Promise<OpenApiDocument>): Router {
  const page = pageOf(title);
  let document: string | undefined;
  const root = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  // Strict, so there is no /docs/ with a slash: the links of the page are relative (it must work behind a prefix) and would break there.
  const router = Router({ strict: true });
  router.get('/openapi.json', async (_req, res) => {
    document ??= JSON.stringify(await load());
    res.type('json').send(document);
  });
  router.get('/docs', (_req, res) => {
    res.set({ 'content-security-policy': policy, 'referrer-policy': 'no-referrer' }).type('html').send(page);
  });
  router.get('/docs/show.js', (_req, res) => void res.type('js').send(script));
  for (const file of files) {
    router.get(`/docs/${file}`, (_req, res) => res.sendFile(file, { root, maxAge: '1 day' }));
  }
  return router;
}
