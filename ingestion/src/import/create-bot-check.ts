/** Turns a user agent into whether it is a known bot, asking the list once per distinct user agent. */
import { isbot } from 'isbot';

const MAX_REMEMBERED = 10_000;

/** A check that remembers its answers: logs repeat few user agents, and the list is one very long expression. */
export function createBotCheck(): (userAgent: string | null) => boolean {
  const remembered = new Map<string, boolean>();
  return (userAgent) => {
    if (userAgent === null) return false;
    const known = remembered.get(userAgent);
    if (known !== undefined) return known;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    const bot = isbot(userAgent);
    // Copied, because a substring would keep the whole line that it was cut from alive.
    remembered.set(Buffer.from(userAgent).toString(), bot);
    return bot;
  };
}
