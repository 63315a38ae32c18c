/** Identifies visitors without an id by site, address and user agent, for the day of the event only. */
import { dayMs } from '@millrace/shared/time/durations';
import { parseInstant } from '@millrace/shared/time/instant';
import { LRUCache } from 'lru-cache';
import type { SaltsByDay } from '../sites/visitor-salts.js';
import { visitorId } from './visitor-id.js';

interface UnnamedVisitor {
  siteId: string;
  address: string;
  userAgent: string;
  /** When the event happened, ISO 8601. */
  timestamp: string;
  sessionMinutes: number;
}

/** Undefined if the day's salt is not loaded. */
export type NameVisitor = (visitor: UnnamedVisitor, salts: SaltsByDay, nowMs: number) => string | undefined;

/** Maximum number of visitors whose visits may continue past midnight. */
const mostVisits = 200_000;

/**
 * Uses the salt of the day on which the event happened or, if that is deleted, of the day on which it arrived. A visit that began
 * before midnight (UTC) keeps its id if this process has seen its earlier events.
 */
export function createNameVisitor(): NameVisitor {
  /** Cached, because many events arrive in the same millisecond. */
  let last: { timestamp: string; ms: number | undefined } = { timestamp: '', ms: undefined };

  function instantOf(timestamp: string): number | undefined {
    if (timestamp !== last.timestamp) last = { timestamp, ms: parseInstant(timestamp) };
    return last.ms;
  }

  /** Visits near midnight, by id, with the time of the last event. */
  const lastSeen = new LRUCache<string, number>({ max: mostVisits });
  let [newestMs, longestGapMs] = [0, 0];

  function see(name: string, atMs: number, gapMs: number): void {
    lastSeen.set(name, Math.max(atMs, lastSeen.get(name) ?? 0));
    newestMs = Math.max(newestMs, atMs);
    longestGapMs = Math.max(longestGapMs, gapMs);
  }

  /** Cleared once no visit from before midnight can continue. */
  function forgetEnded(atMs: number): void {
    if (lastSeen.size > 0 && atMs - newestMs > longestGapMs) lastSeen.clear();
  }

  function goesOn(name: string, atMs: number, gapMs: number): boolean {
    const before = lastSeen.get(name);
    if (before === undefined || atMs - before > gapMs) return false;
    see(name, atMs, gapMs);
    return true;
  }

  return ({ siteId, address, userAgent, timestamp, sessionMinutes }, salts, nowMs) => {
    const [eventMs, gapMs] = [instantOf(timestamp) ?? nowMs, sessionMinutes * 60_000];
    const eventDay = Math.floor(eventMs / dayMs);
    const isKept = salts.has(eventDay) && eventDay >= Math.floor(nowMs / dayMs) - 1;
    const atMs = isKept ? eventMs : nowMs;
    forgetEnded(atMs);
    const day = Math.floor(atMs / dayMs);
    const [salt, saltBefore] = [salts.get(day), salts.get(day - 1)];
    if (!salt) return undefined;
    if (saltBefore && lastSeen.size > 0) {
      const name = visitorId(saltBefore, siteId, address, userAgent);
      if (goesOn(name, atMs, gapMs)) return name;
    }
    const name = visitorId(salt, siteId, address, userAgent);
    if ((day + 1) * dayMs - atMs <= gapMs) see(name, atMs, gapMs);
    return name;
  };
}
