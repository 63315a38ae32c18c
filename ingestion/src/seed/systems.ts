/**
 * Operating systems with their browsers and screens, by the names that ingestion uses. Sizes are those of common devices in CSS
 * pixels; weights are invented.
 */
import { type Draw, weightedTexts } from './draw.js';

export interface System {
  os: string;
  device: 'desktop' | 'mobile' | 'tablet';
  /** Undefined if browsers do not send it. */
  drawVersion: Draw<string> | undefined;
  drawBrowser: Draw<string>;
  drawScreen: Draw<string>;
}

interface Tables {
  versions?: string;
  browsers: string;
  screens: string;
}

const system = (os: string, device: System['device'], { versions, browsers, screens }: Tables): System => ({
  os,
  device,
  drawVersion: versions === undefined ? undefined : weightedTexts(versions),
  drawBrowser: weightedTexts(browsers),
  drawScreen: weightedTexts(screens),
});

const macScreens = '26 1440x900; 20 1512x982; 18 1728x1117; 12 1470x956; 12 2560x1440; 12 1920x1080';

export const systems = {
  windows: system('Windows', 'desktop', {
    versions: '68 11; 32 10',
    browsers: '62 Chrome; 21 Edge; 10 Firefox; 3 Opera; 2 Brave; 1 Vivaldi',
    screens: '46 1920x1080; 20 1536x864; 9 1366x768; 13 2560x1440; 5 1440x900; 3 3840x2160; 4 1280x720',
  }),
  mac: system('macOS', 'desktop', { browsers: '52 Safari; 7 Firefox', screens: macScreens }),
  macChromium: system('macOS', 'desktop', {
    versions: '52 26.1; 30 15.7; 12 14.8; 6 13.7',
    browsers: '86 Chrome; 6 Edge; 5 Brave; 3 Vivaldi',
    screens: macScreens,
  }),
  linux: system('Linux', 'desktop', {
    browsers: '48 Firefox; 40 Chrome; 7 Brave; 5 Vivaldi',
    screens: '58 1920x1080; 22 2560x1440; 8 1366x768; 12 3840x2160',
  }),
  chromebook: system('Chrome OS', 'desktop', { browsers: '1 Chrome', screens: '66 1366x768; 34 1536x864' }),
  android: system('Android', 'mobile', {
    versions: '30 16; 27 15; 19 14; 12 13; 7 12; 5 11',
    browsers: '80 Chrome; 12 Samsung Internet; 3 Firefox; 2 Opera; 2 DuckDuckGo; 1 Edge',
    screens: '24 360x800; 22 412x915; 18 393x873; 16 384x832; 12 360x780; 8 412x892',
  }),
  iphone: system('iOS', 'mobile', {
    versions: '40 26.1; 20 26.0; 24 18.7; 9 18.6; 7 17.7',
    browsers: '89 Safari; 8 Chrome; 1 Firefox; 1 DuckDuckGo; 1 Edge',
    screens: '26 393x852; 22 390x844; 20 402x874; 13 430x932; 9 440x956; 6 375x812; 4 375x667',
  }),
  ipad: system('iOS', 'tablet', {
    versions: '48 26.1; 34 18.7; 18 17.7',
    browsers: '93 Safari; 7 Chrome',
    screens: '42 820x1180; 24 834x1194; 18 810x1080; 16 1024x1366',
  }),
  androidTablet: system('Android', 'tablet', {
    versions: '30 16; 34 15; 22 14; 14 13',
    browsers: '82 Chrome; 18 Samsung Internet',
    screens: '44 800x1280; 34 753x1205; 22 1024x768',
  }),
} as const;
