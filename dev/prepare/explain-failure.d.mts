/** Turns the function of explain-failure.mjs into a type for the compiled part of dev/. */

/** Returns one sentence for a known cause of failure found in `output`, or undefined for an unknown one. */
export function explainFailure(output: string, root: string): string | undefined;
