import type { Before } from './event.js';

/** Options of `init`, or attributes of the script tag, where `respectDnt` is `data-respect-dnt`. */
export interface Options {
  /** The site that the events belong to. */
  site: string;
  /** The URL of Millrace, without `/events`. The script defaults to the folder it was loaded from. */
  endpoint: string;
  /** A public write key of this site, if the server requires one. */
  key?: string;
  /** False: views are only counted by `page()`. Default true. */
  auto?: boolean;
  /** True: a different fragment (`#/cart`) is a different page. */
  hash?: boolean;
  /** True: nothing is stored or sent before `consent(true)`. */
  consent?: boolean;
  /** True: visitors who ask not to be tracked (Global Privacy Control, Do Not Track) are not counted. */
  respectDnt?: boolean;
  /** True: pages on localhost are counted too. */
  localhost?: boolean;
  /** True: automated browsers are counted too. */
  allowWebdriver?: boolean;
  /** True: logs what the server rejects. */
  debug?: boolean;
  /** Sees each event before it is stored; see `before()`. */
  before?: Before;
}

/** Reads the script tag; an attribute without a value is true. */
export function readAttributes({ src, dataset }: HTMLScriptElement): Options {
  const options: Record<string, unknown> = { endpoint: new URL('.', src).href };
  for (const name in dataset) options[name] = dataset[name] !== 'false' && (dataset[name] || true);
  return options as unknown as Options;
}

/** Truthy if nothing should be counted on this page. */
export function isSilent(options: Options): unknown {
  return (
    // The hostname of file: URLs is empty.
    (!options.localhost && /^(localhost|127\..+|\[::1])?$/.test(location.hostname)) ||
    (!options.allowWebdriver && navigator.webdriver) ||
    (options.respectDnt &&
      ((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl ||
        // '1', 'unspecified', or null.
        (navigator.doNotTrack as unknown as number) > 0))
  );
}
