/** Settings for installing the one native package without waiting for unreachable hosts. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Environment variables for pnpm. `roaring` downloads its binary from GitHub, or compiles it with headers from nodejs.org,
 * and waits minutes for either host if it is unreachable. Without the binary, `roaring-wasm` does the same work.
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
    // Otherwise pnpm would cache the unbuilt package as built, for other clones too.
    ...(!prebuilt && !compilable && { ROARING_NODE_PRE_GYP: 'false', npm_config_side_effects_cache: 'false' }),
  };
}

/** The folder with the headers of the running Node, if they were installed with it. */
function headersFolder() {
  const folder = dirname(dirname(process.execPath));
  const file = join(folder, 'include', 'node', 'node_version.h');
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const parts = ['MAJOR', 'MINOR', 'PATCH'].map((part) => text.match(`NODE_${part}_VERSION (\\d+)`)?.[1]);
  return parts.join('.') === process.versions.node ? folder : undefined;
}

/** Whether anything responds. Behind a proxy nothing does, and the package is compiled instead. */
async function answers(url) {
  try {
    await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(3_000) });
    return true;
  } catch {
    return false;
  }
}
