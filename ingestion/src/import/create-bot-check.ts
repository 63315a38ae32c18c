/** Whether a user agent is that of a known bot, asked once per distinct user agent. */
import { isBot } from '../enrich/is-bot.js';

const MAX_REMEMBERED = 10_000;

/** A check that remembers its answers: logs repeat few user agents, and the list is one very long expression. */
export function createBotCheck(): (userAgent: string | null) => boolean {
  const remembered = new Map<string, boolean>();
  return (userAgent) => {
    if (userAgent === null) return false;
    const known = remembered.get(userAgent);
    if (known !== undefined) return known;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    const bot = isBot(userAgent);
    // Copied, because a substring would keep the whole line that it was cut from alive.
    remembered.set(Buffer.from(userAgent).toString(), bot);
    return bot;
  };
}
