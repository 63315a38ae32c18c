/** Parses user agents and client hints: browser, operating system and device, or the name of a bot. */
import { LRUCache } from 'lru-cache';
import { isBot } from './is-bot.js';
import { findAiCrawler, nameBot } from './name-bot.js';
import { nameHintedVersion } from './name-os-version.js';
import { type ClientHints, type ReadHints, readHints } from './read-hints.js';
import { type Device, type ReadAgent, readUserAgent } from './read-user-agent.js';

/** Unknown values are absent. */
export interface Agent {
  /** Such as `Chrome`, `Edge`, `Samsung Internet`. */
  readonly browser?: string;
  /** The major version. */
  readonly browser_version?: string;
  /** `Windows`, `macOS`, `iOS` (of iPads too), `Android`, ... */
  readonly os?: string;
  /** Such as `11`, `14.5`, `17.2`. Absent if browsers hide it. */
  readonly os_version?: string;
  readonly device?: Device | 'bot';
  /** The name of a bot; bots have no other values except the device. */
  readonly bot?: string;
}

export type AgentReader = (userAgent: string, hints?: ClientHints) => Agent;

/** In characters; browsers' user agents are less than half as long. */
const MAX_AGENT = 1_024;
/** Twice as long as the longest list of brands. */
const MAX_HINT = 256;
const NOTHING: Agent = Object.freeze({});

function deviceOf(agent: ReadAgent, os: string | undefined, { mobile }: ReadHints): Device | undefined {
  if (mobile === undefined || agent.device === 'tv' || agent.device === 'console') return agent.device;
  if (mobile) return 'mobile';
  return os === 'Android' ? 'tablet' : agent.device;
}

/** Hints take precedence, except on TVs and consoles, whose hints only say Chromium on Linux. */
function combine(agent: ReadAgent, hints: ReadHints): ReadAgent {
  const isTvOrConsole = agent.device === 'tv' || agent.device === 'console';
  const os = (isTvOrConsole ? undefined : hints.os) ?? agent.os;
  const isVersionHinted = os !== undefined && os === hints.os && hints.platformVersion !== undefined;
  // A browser whose hints only say Chromium may have a more specific name in its user agent.
  const isNamed = hints.browser !== undefined && (hints.browser !== 'Chromium' || agent.browser === 'Chrome');
  return {
    ...(isNamed ? hints : agent),
    os,
    os_version: isVersionHinted
      ? nameHintedVersion(os, hints.platformVersion!)
      : os === agent.os
        ? agent.os_version
        : undefined,
    device: deviceOf(agent, os, hints),
  };
}

function read(userAgent: string, given: ClientHints): Agent {
  const bot = isBot(userAgent) ? nameBot(userAgent) : findAiCrawler(userAgent);
  if (bot !== undefined) return { device: 'bot', bot };
  const hints = readHints(given);
  if (hints.browser === 'HeadlessChrome') return { device: 'bot', bot: hints.browser };
  const { browser, browser_version, os, os_version, device } = combine(readUserAgent(userAgent), hints);
  const found = Object.entries({ browser, browser_version, os, os_version, device });
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

const hintNames = [
  ...(['sec-ch-ua', 'sec-ch-ua-full-version-list', 'sec-ch-ua-mobile'] as const),
  ...(['sec-ch-ua-platform', 'sec-ch-ua-platform-version'] as const),
];

/** Truncates into a copy, because a substring would keep the whole string in memory. */
const truncate = (text: string, most: number) =>
  text.length > most ? Buffer.from(text.slice(0, most)).toString() : text;

/**
 * Cache key: one line per hint, then the user agent. Hints are headers, so they have no line breaks, but a user agent passed on by a
 * server may. Missing hints get an empty line; otherwise such a user agent could imitate the hints of another browser.
 */
function keyOf(agent: string, hints: ClientHints = {}): string {
  let key = '';
  for (const name of hintNames) key += `${hints[name]?.slice(0, MAX_HINT) ?? ''}\n`;
  return key + agent;
}

const truncateHints = (hints: ClientHints): ClientHints =>
  Object.fromEntries(hintNames.map((name) => [name, hints[name]?.slice(0, MAX_HINT)]));

/**
 * Caches the last `maxAgents` distinct user agents, because parsing one takes about 50 µs. Bots are recognised by isbot and by our
 * list of crawlers for language models. Reads only the first 1,024 characters of a user agent and 256 of each hint, so that 10,000
 * made-up user agents take at most 25 MB. Results are shared, and therefore frozen.
 */
export function createAgentReader(maxAgents = 10_000): AgentReader {
  const cache = new LRUCache<string, Agent>({ max: maxAgents });
  return (userAgent, hints) => {
    const agent = truncate(userAgent, MAX_AGENT);
    if (agent.trim() === '') return NOTHING;
    const key = keyOf(agent, hints);
    let found = cache.get(key);
    if (found === undefined) {
      found = Object.freeze(read(agent, hints === undefined ? {} : truncateHints(hints)));
      // Copied, because a concatenated string keeps the headers it was built from in memory.
      cache.set(Buffer.from(key).toString(), found);
    }
    return found;
  };
}
