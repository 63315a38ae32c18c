const pauseMs = 50;

function describe(last: unknown): string {
  if (last instanceof Error) return ` (the last attempt failed: ${last.message})`;
  return last === false || last === undefined ? '' : ` (it got as far as ${String(last)})`;
}

/**
 * Polls until the condition is `true`. If it returns a number instead, that is progress: each change restarts the timeout, so that a
 * busy machine may take as long as it needs. A rejection counts as false.
 * @throws Error if the condition was neither true nor changed for `timeoutMs`.
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
