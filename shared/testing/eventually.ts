/** Waits for what a test expects to happen, as long as there are signs that it still may. */

const pauseMs = 50;

function describe(last: unknown): string {
  if (last instanceof Error) return ` (the last attempt failed: ${last.message})`;
  return last === false || last === undefined ? '' : ` (it got as far as ${String(last)})`;
}

/**
 * Asks until the answer is `true`. A number instead says how far it has come: each time it changes, the time starts again, so that
 * a busy machine may take as long as it needs. A question that fails counts as no.
 * @throws Error that names what did not happen when there was neither a yes nor a change for `timeoutMs`.
 */
export async function eventually(
  isTrue: () => Promise<boolean | number>,
  what: string,
  timeoutMs = 60_000,
): Promise<void> {
  let last: unknown;
  for (let changedAt = Date.now(); ; ) {
    const answer: unknown = await isTrue().catch((error: unknown) => error);
    if (answer === true) return;
    if (typeof answer === 'number' && answer !== last) changedAt = Date.now();
    last = answer;
    if (Date.now() - changedAt > timeoutMs)
      throw new Error(`After ${timeoutMs} ms still not true: ${what}${describe(last)}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
