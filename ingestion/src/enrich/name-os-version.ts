const twoParts = (version: string) => /^\d{1,4}(?:\.\d{1,4})?/.exec(version)?.[0];

/** Since 10, Android versions are whole numbers. */
function nameAndroid(version: string): string | undefined {
  const major = /^\d{1,3}/.exec(version)?.[0];
  return Number(major) >= 10 ? major : twoParts(version);
}

/**
 * The common name of a version in a user agent: `10` for Windows NT 10.0 (also sent by Windows 11), `17.2` for iOS 17_2_1, `14` for
 * Android. Undefined if browsers freeze the version, such as 10.15.7 on every Mac.
 * @param version digits with dots; for Windows, the name, such as `XP`
 */
export function nameAgentVersion(os: string, version: string): string | undefined {
  if (os === 'Windows') return version;
  if (os === 'Android') return nameAndroid(version);
  // Safari, Chrome and Firefox send this on every newer version: https://bugs.webkit.org/show_bug.cgi?id=216593
  if (os === 'macOS' && /^10\.15(?:\.7)?$/.test(version)) return undefined;
  return twoParts(version);
}

/** Maps `Sec-CH-UA-Platform-Version`: https://learn.microsoft.com/microsoft-edge/web-platform/how-to-detect-win11 */
function nameWindows(version: string): string | undefined {
  const major = Number.parseInt(version, 10);
  if (major >= 13) return '11';
  if (major >= 1) return '10';
  return { '0.1': '7', '0.2': '8', '0.3': '8.1' }[twoParts(version) ?? ''];
}

/** The same for a client hint. Undefined for Linux and Chrome OS, which send the version of the kernel or build. */
export function nameHintedVersion(os: string, version: string): string | undefined {
  if (os === 'Windows') return nameWindows(version);
  if (os === 'Android') return nameAndroid(version);
  return os === 'macOS' || os === 'iOS' ? twoParts(version) : undefined;
}
