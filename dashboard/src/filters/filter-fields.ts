/** What filters can be about, in groups. */

/** As they are named in panels, so that a click and the dialog mean the same. */
export const groups = {
  page: ['path', 'title', 'hostname', 'entry_page', 'exit_page'],
  source: [
    ...['channel', 'source', 'referrer'].map((name) => `visit:${name}`),
    ...['source', 'medium', 'campaign', 'term', 'content'].map((name) => `visit:utm_${name}`),
  ],
  location: ['country', 'region', 'city', 'timezone'],
  device: ['browser', 'browser_version', 'os', 'os_version', 'device', 'screen', 'language'],
  event: ['event_type'],
} as const satisfies Record<string, readonly string[]>;

export type GroupName = keyof typeof groups;

export const propertyPrefix = 'property:';
export const isProperty = (dimension: string) => dimension.startsWith(propertyPrefix);

/** Those whose values are shown by another name than they are kept by. */
export const hasNames = (dimension: string) => ['country', 'language', 'visit:country'].includes(dimension);
