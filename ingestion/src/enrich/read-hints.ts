/** Client hints as received: https://wicg.github.io/ua-client-hints/ */
export interface ClientHints {
  'sec-ch-ua'?: string | undefined;
  'sec-ch-ua-full-version-list'?: string | undefined;
  'sec-ch-ua-mobile'?: string | undefined;
  'sec-ch-ua-platform'?: string | undefined;
  'sec-ch-ua-platform-version'?: string | undefined;
}

export interface ReadHints {
  browser?: string | undefined;
  browser_version?: string | undefined;
  os?: string | undefined;
  /** As sent: `15.0.0` means Windows 11. */
  platformVersion?: string | undefined;
  mobile?: boolean | undefined;
}

/**
 * Brands, the most specific first, because browsers also send the brand they are based on. Other brands are ignored: each browser
 * adds a made-up one (`Not;A=Brand`).
 */
const brandNames: readonly (readonly [brand: string, name: string])[] = [
  ['HeadlessChrome', 'HeadlessChrome'],
  ['Android WebView', 'Android WebView'],
  ['Samsung Internet', 'Samsung Internet'],
  ['YaBrowser', 'Yandex Browser'],
  ['Yandex', 'Yandex Browser'],
  ['Opera GX', 'Opera'],
  ['Opera', 'Opera'],
  ['Brave', 'Brave'],
  ['Vivaldi', 'Vivaldi'],
  ['DuckDuckGo', 'DuckDuckGo'],
  ['Whale', 'Whale'],
  ['HuaweiBrowser', 'Huawei Browser'],
  ['Meta Quest Browser', 'Meta Quest Browser'],
  ['Oculus Browser', 'Meta Quest Browser'],
  ['Avast Secure Browser', 'Avast Secure Browser'],
  ['AVG Secure Browser', 'AVG Secure Browser'],
  ['Norton Private Browser', 'Norton Private Browser'],
  ['Microsoft Edge', 'Edge'],
  ['Google Chrome', 'Chrome'],
  ['Chromium', 'Chromium'],
];
const platforms: ReadonlyMap<string, string> = new Map([
  ...['Windows', 'macOS', 'Android', 'Linux', 'iOS', 'Chrome OS'].map((name) => [name, name] as const),
  ['Mac OS X', 'macOS'],
  ['Chromium OS', 'Chrome OS'],
]);

const BRAND = /"((?:[^"\\]|\\.)*)"\s*;\s*v="(\d{1,5})/g;

function readBrands(list: string): Pick<ReadHints, 'browser' | 'browser_version'> {
  const versions = new Map(Array.from(list.matchAll(BRAND), ([, brand, version]) => [brand, version]));
  const found = brandNames.find(([brand]) => versions.has(brand));
  return found ? { browser: found[1], browser_version: versions.get(found[0]) } : {};
}

const unquote = (text = '') => /^\s*"([^"\\]*)"\s*$/.exec(text)?.[1] ?? '';

/** Values that are missing or unusable are undefined. */
export function readHints(hints: ClientHints): ReadHints {
  const list = hints['sec-ch-ua-full-version-list'] || hints['sec-ch-ua'] || '';
  const mobile = /^\s*\?([01])\s*$/.exec(hints['sec-ch-ua-mobile'] ?? '')?.[1];
  return {
    ...readBrands(list),
    os: platforms.get(unquote(hints['sec-ch-ua-platform'])),
    platformVersion: unquote(hints['sec-ch-ua-platform-version']) || undefined,
    mobile: mobile === undefined ? undefined : mobile === '1',
  };
}
