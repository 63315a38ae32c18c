/** What a plan is worth a month and a year, exact to twenty digits after the point. */

/** A plan's price and how often it is paid. */
export interface Plan {
  /** A decimal such as "12.50". */
  amount: string;
  currency: string;
  interval: PlanInterval;
  count: number;
}

export type PlanInterval = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** In units of 10^-20 of the currency. */
export interface Worth {
  monthly: bigint;
  annual: bigint;
}

const digits = 20;

const perYear: Record<PlanInterval, bigint> = { day: 365n, week: 52n, month: 12n, quarter: 4n, year: 1n };

/** Rounded half up; both are positive. */
const divide = (amount: bigint, divisor: bigint) => (2n * amount + divisor) / (2n * divisor);

function parseDecimal(text: string): bigint {
  const [whole, fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(digits, '0'));
}

/** Units as a decimal, for a numeric of Postgres. */
export function decimalText(units: bigint): string {
  const text = String(units < 0n ? -units : units).padStart(digits + 1, '0');
  return `${units < 0n ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/**
 * The price, normalized to a month and to a year: of a year there are 365 days, 52 weeks, 12 months, 4 quarters. So
 * a yearly 100.00 is 100 a year and 8.33333333333333333333 a month. Normalizing is what all tools do
 * (https://help.chartmogul.com/hc/en-us/articles/203299812: the amount paid divided by the months that it is paid for;
 * https://docs.stripe.com/billing/subscriptions/analytics/glossary: monthly-normalized value). The two are rounded apart from
 * each other, each only where its digits do not end: sums of months and of years are exact, and 12 months are the year but for
 * the twentieth digit.
 */
export function worthOf({ amount, interval, count }: Plan): Worth {
  const paidPerYear = parseDecimal(amount) * perYear[interval];
  return { monthly: divide(paidPerYear, 12n * BigInt(count)), annual: divide(paidPerYear, BigInt(count)) };
}
