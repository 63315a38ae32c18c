/** Converts operating system versions to their common names. */

const twoParts = (version: string) => /^\d{1,4}(?:\.\d{1,4})?/.exec(version)?.[0];

/** Android counts in whole numbers since 10. */
function nameAndroid(version: string): string | undefined {
  const major = /^\d{1,3}/.exec(version)?.[0];
  return Number(major) >= 10 ? major : twoParts(version);
}

/**
 * Of the version in a user agent: `10` of Windows NT 10.0 (which Windows 11 sends as well), `17.2` of iOS 17_2_1, `14` of Android.
 * Undefined where browsers froze it, as 10.15.7 on every Mac.
 * @param version digits with dots; of Windows its name, such as `XP`
 */
export function nameAgentVersion(os: string, version: string): string | undefined {
  if (os === 'Windows') return version;
  if (os === 'Android') return nameAndroid(version);
  // Safari, Chrome and Firefox say this on every newer system; https://bugs.webkit.org/show_bug.cgi?id=216593
  if (os === 'macOS' && /^10\.15(?:\.7)?$/.test(version)) return undefined;
  return twoParts(version);
}

/** Of `Sec-CH-UA-Platform-Version`: see https://learn.microsoft.com/microsoft-edge/web-platform/how-to-detect-win11 */
function nameWindows(version: string): string | undefined {
  const major = Number.parseInt(version, 10);
  if (major >= 13) return '11';
  if (major >= 1) return '10';
  return { '0.1': '7', '0.2': '8', '0.3': '8.1' }[twoParts(version) ?? ''];
}

/** The same of a client hint; the numbers of Linux and Chrome OS are those of kernels and builds, which nobody says. */
export function nameHintedVersion(os: string, version: string): string | undefined {
  if (os === 'Windows') return nameWindows(version);
  if (os === 'Android') return nameAndroid(version);
  return os === 'macOS' || os === 'iOS' ? twoParts(version) : undefined;
}
