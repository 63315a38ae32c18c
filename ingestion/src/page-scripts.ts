/** Serves the scripts that pages load: under a fixed name, kept for an hour, and under one with a hash of their content, kept for ever. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type Request, type RequestHandler, Router } from 'express';

/** Name in the address → import of the built file. */
const scripts = { m: '@millrace/browser/m.js', 'millrace-vitals': '@millrace/browser/millrace-vitals.js' };

const encodings = ['br', 'gzip'] as const;

const anHour = 'public, max-age=3600, stale-while-revalidate=86400';
const forEver = 'public, max-age=31536000, immutable';

interface Script {
  hash: string;
  br: Buffer;
  gzip: Buffer;
  identity: Buffer;
}

function readScript(name: string): Script {
  const identity = readFileSync(createRequire(import.meta.url).resolve(name));
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 12);
  return { hash, br: brotliCompressSync(identity), gzip: gzipSync(identity, { level: 9 }), identity };
}

/** Browsers name gzip first, which counts as what they like best unless they are asked one by one. */
const smallestOf = (req: Request) => encodings.find((encoding) => req.acceptsEncodings(encoding)) ?? 'identity';

/** Both names answer with `Content-Location`, so that the name with the hash can be looked up. */
function sendScript(script: Script, cacheControl: string, nameWithHash: string): RequestHandler {
  return (req, res) => {
    const encoding = smallestOf(req);
    res.set({
      'cache-control': cacheControl,
      'content-location': nameWithHash,
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      etag: `"${script.hash}-${encoding}"`,
      vary: 'Accept-Encoding',
      ...(encoding !== 'identity' && { 'content-encoding': encoding }),
    });
    res.type('text/javascript').send(script[encoding]);
  };
}

/** Reads and compresses the scripts at once. @throws Error when they are not built. */
export function pageScripts(): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const [name, file] of Object.entries(scripts)) {
    const script = readScript(file);
    // Without the folder, which a proxy may have put in front of it.
    const nameWithHash = `${name}.${script.hash}.js`;
    router.get(`/${name}.js`, sendScript(script, anHour, nameWithHash));
    router.get(`/${nameWithHash}`, sendScript(script, forEver, nameWithHash));
    // A page that names the hash of an earlier release goes on counting.
    router.get(new RegExp(`^/${name}\\.[0-9a-f]{12}\\.js$`), sendScript(script, anHour, nameWithHash));
  }
  return router;
}
