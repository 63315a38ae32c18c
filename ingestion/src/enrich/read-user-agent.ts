import Bowser from 'bowser';
import { nameAgentVersion } from './name-os-version.js';

export type Device = 'desktop' | 'mobile' | 'tablet' | 'tv' | 'console';

export interface ReadAgent {
  browser?: string | undefined;
  browser_version?: string | undefined;
  os?: string | undefined;
  os_version?: string | undefined;
  device?: Device | undefined;
}

/** Other names are just the first word of a user agent that bowser does not recognise. */
const knownBrowsers: ReadonlySet<string> = new Set([...Object.values(Bowser.BROWSER_MAP), 'Miui', 'Opera Touch']);
/** Common names, if different from bowser's. */
const commonNames: ReadonlyMap<string, string> = new Map([
  ['Microsoft Edge', 'Edge'],
  ['Samsung Internet for Android', 'Samsung Internet'],
  ['NAVER Whale Browser', 'Whale'],
  ['Miui', 'MIUI Browser'],
  ['Tizen', 'Tizen Browser'],
  ['WebOS Browser', 'webOS Browser'],
]);
const devices: ReadonlySet<string> = new Set<Device>(['desktop', 'mobile', 'tablet', 'tv']);

/** Consoles, which bowser mistakes for desktops and phones. The groups are the console's name and, if sent, its version. */
const consoles: readonly (readonly [pattern: RegExp, browser: string | undefined])[] = [
  [/\b(P(?:layStation|LAYSTATION) (?:\d|Vita|Portable))(?:[ /](\d{1,4}\.\d{1,4}))?/, 'PlayStation Browser'],
  [/\b(Xbox)\b/, undefined],
  [/\b(Nintendo (?:Switch 2|Switch|WiiU|Wii|3DS|DSi))\b/, 'Nintendo Browser'],
];
/** TVs and set-top boxes that bowser does not recognise as such. */
const TV =
  /\b(?:(?:SMART|Smart)-?TV|HbbTV|NetCast|NETCAST|Web0S|webOS\.TV|GoogleTV|Android TV|BRAVIA|AFT[A-Z]{1,4}\d?|CrKey|MiTV|MIBOX|VIDAA|Roku)\b|\bTV Safari\//;
const WEBVIEW = /; wv\) .*\bVersion\/\d/;

function readConsole(userAgent: string): ReadAgent | undefined {
  for (const [pattern, browser] of consoles) {
    const [, os, version] = pattern.exec(userAgent) ?? [];
    if (os !== undefined)
      return { os: os.replace('LAYSTATION', 'layStation'), os_version: version, device: 'console', browser };
  }
  return undefined;
}

function readBrowser(parser: Bowser.Parser.Parser, userAgent: string): Pick<ReadAgent, 'browser' | 'browser_version'> {
  const { name = '', version } = parser.getBrowser();
  if (!knownBrowsers.has(name)) return {};
  const browser = name === 'Chrome' && WEBVIEW.test(userAgent) ? 'Android WebView' : (commonNames.get(name) ?? name);
  return { browser, browser_version: /^\d{1,5}/.exec(version ?? '')?.[0] };
}

function readSystem(parser: Bowser.Parser.Parser, userAgent: string): Pick<ReadAgent, 'os' | 'os_version'> {
  const { name, version = '', versionName = '' } = parser.getOS();
  if (!name) return {};
  const os = name === 'WebOS' ? 'webOS' : name;
  // Chromium sends `Android 10; K` on every version: https://www.chromium.org/updates/ua-reduction/
  if (os === 'Android' && /\bAndroid 10; K\b/.test(userAgent)) return { os };
  return { os, os_version: nameAgentVersion(os, os === 'Windows' ? versionName : version) || undefined };
}

/** @param userAgent not empty, of limited length */
export function readUserAgent(userAgent: string): ReadAgent {
  const parser = Bowser.getParser(userAgent, true);
  const browser = readBrowser(parser, userAgent);
  const gameConsole = readConsole(userAgent);
  if (gameConsole) return gameConsole.browser === undefined ? { ...gameConsole, ...browser } : gameConsole;
  const type = TV.test(userAgent) ? 'tv' : (parser.getPlatformType() ?? '');
  const device = devices.has(type) ? (type as Device) : undefined;
  return { ...browser, ...readSystem(parser, userAgent), device };
}
