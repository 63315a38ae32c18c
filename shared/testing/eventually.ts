/** Turns a question into the moment when its answer is yes. */

/** Asks until the answer is yes. @throws Error that names what did not happen in time. */
export async function eventually(isTrue: () => Promise<boolean>, what: string, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const yes = await isTrue().catch(() => false);
    if (yes) return;
    if (Date.now() > deadline) throw new Error(`After ${timeoutMs} ms still not true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
