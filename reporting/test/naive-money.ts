/** Payments, refunds and costs by their definition: what counts, and sums in whole ten-millionths. */
import type { SiteEvent } from './random-events.js';

type Money = Pick<SiteEvent, 'event_id' | 'event_type' | 'properties'>;

const one = 10_000_000n;

/** A decimal in text. */
export function unitsOf(text: string): bigint {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)!;
  if (fraction.length > 7 && /[1-9]/.test(fraction.slice(7))) throw new Error(`${text} has too many digits`);
  const units = BigInt(whole!) * one + BigInt(fraction.slice(0, 7).padEnd(7, '0') || '0');
  return sign ? -units : units;
}

export const sumOf = (amounts: bigint[]) => amounts.reduce((sum, amount) => sum + amount, 0n);

/** To six decimals, halves away from zero. */
export function meanOf(amounts: bigint[]): bigint {
  const [sum, count] = [sumOf(amounts), BigInt(amounts.length) * 10n];
  const positive = sum < 0n ? -sum : sum;
  const rounded = ((2n * positive + count) / (2n * count)) * 10n;
  return sum < 0n ? -rounded : rounded;
}

export const sorted = (amounts: bigint[]) => [...amounts].sort((a, b) => (a < b ? -1 : 1));

export function medianOf(amounts: bigint[]): bigint {
  const ordered = sorted(amounts);
  const [lower, upper] = [ordered[(ordered.length - 1) >> 1]!, ordered[ordered.length >> 1]!];
  return (lower + upper) / 2n;
}

const textIn = ({ properties }: Money, name: string) => {
  const value = properties?.[name];
  return value === undefined || value === null ? null : String(value);
};

/** A name of 1 to 128 characters, or a number. */
export function nameIn(event: Money, property: string): string | null {
  const name = textIn(event, property);
  return name !== null && name.length >= 1 && name.length <= 128 ? name : null;
}

export function amountIn(event: Money): string | null {
  const amount = textIn(event, 'amount');
  return amount !== null && /^-?\d{1,12}(\.\d{1,6})?$/.test(amount) ? amount : null;
}

export function currencyIn(event: Money): string | null {
  const currency = textIn(event, 'currency');
  return currency !== null && /^[A-Z]{3}$/.test(currency) ? currency : null;
}

export const statusIn = (event: Money) => (event.event_type === 'refund' ? 'refunded' : textIn(event, 'status'));

export function moneyKind(event: Money): string {
  if (event.event_type === 'refund') return 'refund';
  return statusIn(event) === 'succeeded' ? 'payment' : 'failed';
}

export function isMoney(event: Money): boolean {
  const amount = amountIn(event);
  if (!['payment', 'refund'].includes(event.event_type) || amount === null || currencyIn(event) === null) return false;
  return !amount.startsWith('-') && ['succeeded', 'failed', 'refunded'].includes(statusIn(event) ?? '');
}

/** Each failed attempt counts. */
export function countsOnceBy(event: Money): string {
  const kind = moneyKind(event);
  if (kind === 'failed') return event.event_id;
  return nameIn(event, kind === 'payment' ? 'transaction_id' : 'refund_id') ?? event.event_id;
}

/** Events of payments and refunds, in order of time, that are the first with their id. */
export function countedOf(events: SiteEvent[]): Set<SiteEvent> {
  const seen = new Set<string>();
  return new Set(
    events.filter((event) => {
      const name = `${moneyKind(event)} ${countsOnceBy(event)}`;
      if (!isMoney(event) || seen.has(name)) return false;
      seen.add(name);
      return true;
    }),
  );
}
