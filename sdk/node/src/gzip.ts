/** Bytes → gzip, wherever this runs. */

type Bytes = Uint8Array<ArrayBuffer>;

/** Undefined where there is nothing that can compress. */
export async function gzip(bytes: Bytes): Promise<Bytes | undefined> {
  if (typeof CompressionStream === 'function') {
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  return gzipByZlib(bytes);
}

/** Not imported, not even dynamically: bundlers for the edge would look for it and fail. */
function gzipByZlib(bytes: Bytes): Promise<Bytes> | undefined {
  const zlib = globalThis.process?.getBuiltinModule?.('node:zlib');
  return (
    zlib &&
    new Promise((resolve, reject) => {
      zlib.gzip(bytes, (error, result) => (error ? reject(error) : resolve(new Uint8Array(result))));
    })
  );
}
