/** Generates a visitor with a plausible combination of place, language and device. */
import { type Country, type Currency, countries, type Place } from './countries.js';
import type { Random } from './create-random.js';
import { hexDigits, weighted } from './draw.js';
import { type System, systems } from './systems.js';

export interface Visitor extends Place {
  userId: string;
  country: string;
  currency: Currency;
  language: string;
  os: string;
  osVersion: string | undefined;
  device: System['device'];
  browser: string;
  /** Number of versions that the browser is out of date. */
  behind: number;
  screen: string;
}

const drawCountry = weighted(countries);
const drawBehind = weighted([
  [0, 74],
  [1, 16],
  [2, 4],
  [5, 3],
  [12, 3],
]);
const drawDesktop = weighted<System>([
  [systems.windows, 62],
  [systems.mac, 16],
  [systems.macChromium, 14],
  [systems.linux, 5],
  [systems.chromebook, 3],
]);
const TABLETS = 0.04;

function drawSystem({ phones, iphones }: Country, random: Random): System {
  const isApple = random() < iphones;
  const kind = random();
  if (kind < TABLETS) return isApple ? systems.ipad : systems.androidTablet;
  if (kind < TABLETS + phones) return isApple ? systems.iphone : systems.android;
  return drawDesktop(random);
}

export function makeVisitor(random: Random): Visitor {
  const country = drawCountry(random);
  const { os, device, drawVersion, drawBrowser, drawScreen } = drawSystem(country, random);
  return {
    userId: `visitor-${hexDigits(random, 12)}`,
    country: country.code,
    currency: country.currency,
    ...country.drawPlace(random),
    language: country.drawLanguage(random),
    os,
    osVersion: drawVersion?.(random),
    device,
    browser: drawBrowser(random),
    behind: drawBehind(random),
    screen: drawScreen(random),
  };
}
