/** What a server says to a request that it does not take. */
import { ClearError } from '@millrace/dev/clear-error';

const shownCharacters = 300;

/** One clause: the address, the status, and the beginning of the answer. */
export async function describeRefusal(url: string, response: Response): Promise<string> {
  const text = await response.text();
  return `${url} answered ${response.status}: ${text.slice(0, shownCharacters)}`;
}

/** @throws ClearError with status and message unless the answer is 200. */
export async function checkAccepted(url: string, response: Response): Promise<void> {
  if (response.status !== 200) throw new ClearError(`${await describeRefusal(url, response)}.`);
}

/** Sends one body as a load does, and says what comes back: load tools count failures, but do not keep their answers. */
export async function askAgain(url: string, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  try {
    const response = await fetch(url, { method: 'POST', headers, body });
    if (response.status === 200) return 'asked once more it answers 200';
    return `asked once more, ${await describeRefusal(url, response)}`;
  } catch (error) {
    return `asked once more it cannot be reached (${(error as Error).message})`;
  }
}
