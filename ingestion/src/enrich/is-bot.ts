import { isbot } from 'isbot';

/** The model of an Android device: after the version and an optional locale, up to `Build/` or the end of the comment. */
const ANDROID_MODEL = /(\bAndroid [\d.]+;(?: [a-z]{2}-[a-zA-Z]{2};)?)[^;()/+@]*(?=\bBuild\/|\)(?= AppleWebKit\/))/;

/** Whether a user agent is that of a known bot. Ignores the model of phones, because some are called `M BOT 551`. */
export function isBot(userAgent: string): boolean {
  return isbot(userAgent) && isbot(userAgent.replace(ANDROID_MODEL, '$1 '));
}
