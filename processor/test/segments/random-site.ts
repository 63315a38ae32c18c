/** A site with random events that are hostile in every column. */
import type { Random } from '@millrace/shared/testing/create-random';

const texts = [
  '/',
  '',
  'ünlü',
  'Ελληνικά',
  'кириллица',
  'עברית',
  'العربية',
  'हिन्दी',
  '漢字/かな',
  '한글',
  '😀👩‍👩‍👧',
  '__proto__',
  'constructor',
  '"',
  '\\"',
  "'; --",
  'null',
  '{"a": 1}',
  ' ',
  'a\tb\nc',
  '\u{10ffff}',
];
const names = [
  'color',
  '',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'a"b',
  "it's",
  'ключ',
  '😀',
  'x'.repeat(128),
  '😀'.repeat(100),
  'y'.repeat(129),
  'property:color',
  '\\',
];
const referrers = [
  '',
  'https://www.Example.org/x?q=1',
  'https://news.example:8080/',
  'about:blank',
  'android-app://com.x',
  'ünlü.example',
  '//cdn.example/a',
  'nonsense',
];
const numbers = [0, -1.5, 12_345_678.9, 1e300, true, false, null, [1, [null]], { a: { b: 'c' } }, {}, []];

export interface RandomEvent {
  event_id: string;
  timestamp: string;
  [field: string]: unknown;
}

const pad = (value: number, length: number) => String(value).padStart(length, '0');
const longId = (random: Random) => `${random.below(3)}${random.pick(['i', 'ж', '字']).repeat(127)}`;

function randomProperties(random: Random): Record<string, unknown> {
  const entries = Array.from({ length: random.below(5) }, () => [
    random.pick(names),
    random() < 0.6 ? random.pick(texts) : random() < 0.2 ? `distinct ${random()}` : random.pick(numbers),
  ]);
  return Object.fromEntries(entries);
}

export interface RandomEvents {
  siteId: string;
  users: string[];
  /** Milliseconds since 1970, half-open. */
  from: number;
  to: number;
}

/** Ids come from `random`, too, so that some events are sent twice. */
export function randomEvent(random: Random, { siteId, users, from, to }: RandomEvents): RandomEvent {
  const ms =
    random() < 0.3 ? from + 900_000 * random.below(Math.ceil((to - from) / 900_000)) : from + random.below(to - from);
  const micros = random() < 0.5 ? '' : pad(random.below(1_000), 3);
  const timestamp = new Date(Math.min(ms, to - 1)).toISOString().replace('Z', `${micros}Z`);
  const event_id = `0190a5b0-7c3d-7000-8000-${pad(random.below(1e12), 12)}`;
  const event: RandomEvent = { site_id: siteId, event_id, timestamp, event_type: 'view', path: '' };
  if (random() < 0.1) return event; // only required columns
  const user = random() < 0.7 ? random.pick(users) : undefined;
  return {
    ...event,
    event_type: random.pick(['view', 'click', random.pick(texts) || 'empty']),
    path: random() < 0.1 ? `/distinct/${random()}` : random.pick(texts),
    ...(user !== undefined && {
      user_id: user,
      properties: { ...randomProperties(random), owner: `secret of ${user}` },
    }),
    ...(user === undefined && random() < 0.5 && { properties: randomProperties(random) }),
    ...(random() < 0.6 && { session_id: random() < 0.2 ? longId(random) : `s${random.below(9)}` }),
    ...(random() < 0.4 && { profile_id: random() < 0.2 ? longId(random) : random.pick(texts) || 'p' }),
    ...(random() < 0.5 && { referrer: random.pick(referrers) }),
  };
}
