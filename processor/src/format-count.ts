/** `1 event`, `2,000 events` */

export const formatCount = (number: number, what: string): string =>
  `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
