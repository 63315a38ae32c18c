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

/** Hints win, except over what a set in the living room says of itself: it runs Chromium on Linux. */
function combine(agent: ReadAgent, hints: ReadHints): ReadAgent {
  const isSet = agent.device === 'tv' || agent.device === 'console';
  const os = (isSet ? undefined : hints.os) ?? agent.os;
  const hinted = os !== undefined && os === hints.os && hints.platformVersion !== undefined;
  // A browser that only says it is made of Chromium may have more to say in its agent.
  const isNamed = hints.browser !== undefined && (hints.browser !== 'Chromium' || agent.browser === 'Chrome');
  return {
    ...(isNamed ? hints : agent),
    os,
    os_version: hinted ? nameHintedVersion(os, hints.platformVersion!) : os === agent.os ? agent.os_version : undefined,
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

/** Copied when cut, because a substring would keep the whole text alive. */
const cut = (text: string, most: number) => (text.length > most ? Buffer.from(text.slice(0, most)).toString() : text);

/**
 * As one text: a line for each hint, which as a header has no line end, and then the agent, which may have some where a server passes
 * it on. Without hints the lines are there all the same, or such an agent could begin like the hints of others.
 */
function keyOf(agent: string, hints: ClientHints = {}): string {
  let key = '';
  for (const name of hintNames) key += `${hints[name]?.slice(0, MAX_HINT) ?? ''}\n`;
  return key + agent;
}

const cutHints = (hints: ClientHints): ClientHints =>
  Object.fromEntries(hintNames.map((name) => [name, hints[name]?.slice(0, MAX_HINT)]));

/**
 * A reader that remembers the last `maxAgents` different agents: reading one takes some 50 µs. Whether it is a bot says isbot, and
 * our list of crawlers for language models. Only the first 1,024 characters of an agent are looked at, and 256 of each hint:
 * 10,000 agents of somebody who invents them take 25 MB. The answers are shared: they are frozen.
 */
export function createAgentReader(maxAgents = 10_000): AgentReader {
  const known = new LRUCache<string, Agent>({ max: maxAgents });
  return (userAgent, hints) => {
    const agent = cut(userAgent, MAX_AGENT);
    if (agent.trim() === '') return NOTHING;
    const key = keyOf(agent, hints);
    let found = known.get(key);
    if (found === undefined) {
      found = Object.freeze(read(agent, hints === undefined ? {} : cutHints(hints)));
      // A text made of parts keeps the headers alive that they were cut from.
      known.set(Buffer.from(key).toString(), found);
    }
    return found;
  };
}
