const causes = [
  [/ENOSPC|no space left on device/i, 'The disk is full: free some space and run the same command again.'],
  [
    /EROFS|EACCES|EPERM|read-only file system|permission denied/i,
    (root) =>
      `The folder ${root} cannot be written: move the clone to a folder you own, or fix its owner, and try again.`,
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ERR_PNPM_META_FETCH_FAIL/,
    'The package registry cannot be reached: check the network (or the proxy settings of npm) and run the same command again.',
  ],
  [
    /ERR_PNPM_OUTDATED_LOCKFILE/,
    'pnpm-lock.yaml does not match the package.json files: run `npx pnpm install` once, and commit the lockfile with them.',
  ],
];

/** Returns one sentence about what happened and what to do, or undefined if the cause is unknown. */
export function explainFailure(output, root) {
  const found = causes.find(([pattern]) => pattern.test(output));
  if (!found) return undefined;
  return typeof found[1] === 'function' ? found[1](root) : found[1];
}
