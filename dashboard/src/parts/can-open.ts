/** Which values lead somewhere. */

const isPage = (dimension: string) => ['path', 'entry_page', 'exit_page'].includes(dimension);

export const canOpen = (dimension: string, value: string | null): value is string =>
  value !== null && (dimension === 'property:url' || (isPage(dimension) && /^(\/|https?:)/.test(value)));
