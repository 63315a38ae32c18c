/** Returns why this Node version (such as `18.20.4`) cannot run Millrace, or undefined when it can. */
export function nodeProblem(version) {
  if (Number.parseInt(version, 10) >= 20) return undefined;
  return `Millrace needs Node 20 or newer, but this is Node ${version}: install a current Node from https://nodejs.org and run the same command again.`;
}
