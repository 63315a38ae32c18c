/** Turns the machine and its network into settings under which a native package is installed without waiting for a dead host. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Variables for pnpm. `roaring` downloads its compiled part from GitHub, else compiles it with headers from nodejs.org, and
 * waits minutes for hosts that do not answer; where it cannot be had, the WebAssembly package does the same work.
 */
export async function nativeSettings() {
  const headers = headersFolder();
  const [prebuilt, compilable] = await Promise.all([
    answers('https://github.com'),
    headers !== undefined || answers('https://nodejs.org'),
  ]);
  return {
    ...(headers && { npm_config_nodedir: headers }),
    ...(!prebuilt && { npm_config_build_from_source: 'roaring' }),
    // pnpm would keep what was not built as if it were, for other clones too.
    ...(!prebuilt && !compilable && { ROARING_NODE_PRE_GYP: 'false', npm_config_side_effects_cache: 'false' }),
  };
}

/** Where the headers of this very Node are, when they came with it. */
function headersFolder() {
  const folder = dirname(dirname(process.execPath));
  const file = join(folder, 'include', 'node', 'node_version.h');
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const parts = ['MAJOR', 'MINOR', 'PATCH'].map((part) => text.match(`NODE_${part}_VERSION (\\d+)`)?.[1]);
  return parts.join('.') === process.versions.node ? folder : undefined;
}

/** Any answer will do. Where all goes through a proxy there is none, and then the package is compiled. */
async function answers(url) {
  try {
    await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(3_000) });
    return true;
  } catch {
    return false;
  }
}
