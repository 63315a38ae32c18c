/** Monthly and annual worth of a plan, exact to twenty decimal places. */

export interface Plan {
  /** The price as a decimal such as "12.50". */
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

/** Formats units as a decimal for Postgres. */
export function decimalText(units: bigint): string {
  const text = String(units < 0n ? -units : units).padStart(digits + 1, '0');
  return `${units < 0n ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/**
 * The price normalized to a month and to a year of 365 days, 52 weeks, 12 months or 4 quarters: 100.00 a year is
 * 8.33333333333333333333 a month. Other tools normalize the same way
 * (https://help.chartmogul.com/hc/en-us/articles/203299812: the amount divided by the number of months;
 * https://docs.stripe.com/billing/subscriptions/analytics/glossary: monthly-normalized value). Both values are rounded
 * independently, so 12 months equal the year except for the twentieth decimal place.
 */
export function planWorth({ amount, interval, count }: Plan): Worth {
  const paidPerYear = parseDecimal(amount) * perYear[interval];
  return { monthly: divide(paidPerYear, 12n * BigInt(count)), annual: divide(paidPerYear, BigInt(count)) };
}
