import { dayStart } from '@millrace/shared/time/zone-days';
import type { Random } from './create-random.js';
import { weighted } from './draw.js';
import type { System } from './systems.js';

const HOUR_MS = 3_600_000;

/** Invented weights of the local hours from 0 to 23: at desks during the day, on sofas in the evening. */
const atDesks = [6, 4, 2, 2, 2, 4, 10, 22, 44, 62, 68, 66, 60, 62, 66, 64, 60, 52, 42, 40, 42, 38, 26, 14];
const inHands = [14, 8, 5, 3, 3, 6, 18, 34, 40, 38, 40, 42, 50, 46, 42, 42, 46, 54, 60, 68, 76, 78, 62, 34];

const byHour = (weights: readonly number[]) => weighted(weights.map((weight, hour) => [hour, weight]));
const drawAtDesk = byHour(atDesks);
const drawInHand = byHour(inHands);

interface Clock {
  timezone: string;
  device: System['device'];
}

/** A time on the visitor's local `day` (`YYYY-MM-DD`), in milliseconds since 1970. */
export function drawTimeOfDay(day: string, { timezone, device }: Clock, random: Random): number {
  const hour = (device === 'desktop' ? drawAtDesk : drawInHand)(random);
  return dayStart(day, timezone).getTime() + hour * HOUR_MS + Math.floor(random() * HOUR_MS);
}
