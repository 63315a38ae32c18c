/** Parses a window such as `30m`, `24h` or `7d` to milliseconds. */

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export const maxWindowMs = 90 * unitMs.d;

/** `undefined` for invalid text, zero and more than 90 days. */
export function parseWindow(text: string): number | undefined {
  const match = /^([1-9]\d{0,5})([mhd])$/.exec(text);
  if (!match) return undefined;
  const ms = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  return ms <= maxWindowMs ? ms : undefined;
}
