/** Returns one sentence about what happened and what to do, or undefined if the cause is unknown. */
export function explainFailure(output: string, root: string): string | undefined;
