/** Returns why this Node version (such as `18.20.4`) cannot run Millrace, or undefined when it can. */
export function nodeProblem(version: string): string | undefined;
