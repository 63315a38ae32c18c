import type { Before } from './event.js';

/** What can be said to the SDK: to `init`, or on the script's tag, where `respectDnt` is `data-respect-dnt`. */
export interface Options {
  /** The site that the events belong to. */
  site: string;
  /** Where Millrace is, without `/events`; the script takes the folder that it came from. */
  endpoint: string;
  /** A public write key of this site, where the server asks for one. */
  key?: string;
  /** False: views are only counted by `page()`. Default true. */
  auto?: boolean;
  /** True: another fragment (`#/cart`) is another page. */
  hash?: boolean;
  /** True: nothing is stored or sent before `consent(true)`. */
  consent?: boolean;
  /** True: visitors who ask not to be tracked (Global Privacy Control, Do Not Track) are not counted. */
  respectDnt?: boolean;
  /** True: pages on this computer count too. */
  localhost?: boolean;
  /** True: browsers that a program drives count too. */
  allowWebdriver?: boolean;
  /** True: the console says what the server has refused. */
  debug?: boolean;
  /** Looks at each event before it is stored; see `before()`. */
  before?: Before;
}

/** Reads the tag of the script; an attribute without a value is true. */
export function readAttributes({ src, dataset }: HTMLScriptElement): Options {
  const options: Record<string, unknown> = { endpoint: new URL('.', src).href };
  for (const name in dataset) options[name] = dataset[name] !== 'false' && (dataset[name] || true);
  return options as unknown as Options;
}

/** Truthy where nothing is counted on this page. */
export function isSilent(options: Options): unknown {
  return (
    // Pages of file: have no hostname.
    (!options.localhost && /^(localhost|127\..+|\[::1])?$/.test(location.hostname)) ||
    (!options.allowWebdriver && navigator.webdriver) ||
    (options.respectDnt &&
      ((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl ||
        // '1', 'unspecified', or null.
        (navigator.doNotTrack as unknown as number) > 0))
  );
}
