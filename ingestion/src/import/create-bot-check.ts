/** Whether a user agent is that of a known bot, asked once per distinct user agent. */
import { isbot } from 'isbot';

const MAX_REMEMBERED = 10_000;
/** The model of an Android device: after the version (and a locale), up to `Build/` or the end of the comment. */
const ANDROID_MODEL = /(\bAndroid [\d.]+;(?: [a-z]{2}-[a-zA-Z]{2};)?)[^;()/+@]*(?=\bBuild\/|\)(?= AppleWebKit\/))/;

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

/** Phones are called `M BOT 551` and the like, so that the name of the model is not asked about. */
function isBot(userAgent: string): boolean {
  return isbot(userAgent) && isbot(userAgent.replace(ANDROID_MODEL, '$1 '));
}
