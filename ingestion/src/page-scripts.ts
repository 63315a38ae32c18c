/** Serves the tracking scripts, under a fixed name (cached for an hour) and under a name with a content hash (cached forever). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type Request, type RequestHandler, Router } from 'express';

/** Name in the URL, and import of the built file. */
export const scripts = { m: '@millrace/browser/m.js', 'millrace-vitals': '@millrace/browser/millrace-vitals.js' };

const encodings = ['br', 'gzip'] as const;

const anHour = 'public, max-age=3600, stale-while-revalidate=86400';
const forever = 'public, max-age=31536000, immutable';

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

/** Checks the encodings one by one, because browsers list gzip first and Express would prefer it. */
const smallestOf = (req: Request) => encodings.find((encoding) => req.acceptsEncodings(encoding)) ?? 'identity';

/** Sends `Content-Location` for both names, so that the name with the hash can be discovered. */
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

/** Reads and compresses the scripts immediately. @throws Error if they are not built. */
export function pageScripts(): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const [name, file] of Object.entries(scripts)) {
    const script = readScript(file);
    // Relative, because a proxy may have added a path prefix.
    const nameWithHash = `${name}.${script.hash}.js`;
    router.get(`/${name}.js`, sendScript(script, anHour, nameWithHash));
    router.get(`/${nameWithHash}`, sendScript(script, forever, nameWithHash));
    // Pages with the hash of an earlier release must keep working.
    router.get(new RegExp(`^/${name}\\.[0-9a-f]{12}\\.js$`), sendScript(script, anHour, nameWithHash));
  }
  return router;
}
