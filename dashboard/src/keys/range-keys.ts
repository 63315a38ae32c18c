/** Shortcuts of ranges; the others are in the menu only. */
export const rangeKeys: Readonly<Record<string, string>> = {
  ...{ day: 'D', yesterday: 'E', realtime: 'R', '24h': 'H' },
  ...{ week: 'W', month: 'M', last_month: 'P', year: 'Y' },
  ...{ '28d': 'F', '90d': 'N', '12mo': 'L', all: 'A' },
};
