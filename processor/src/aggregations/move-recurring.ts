/** By how much a customer's recurring revenue moves on each day, and why. */
import type { PlanChange } from './follow-subscription.js';
import { type Worth, worthOf } from './plan-worth.js';

export type MovementKind = 'new' | 'expansion' | 'contraction' | 'churned' | 'reactivated';

/** What a customer, or all of a site, moved on a day; of contraction and churned both are negative. */
export interface Movement extends Worth {
  currency: string;
  day: string;
  kind: MovementKind;
}

type Change = Worth & { currency: string; day: string };

/** What is added to and taken from the worth of currencies. */
function* differences(changes: PlanChange[]): Generator<Change> {
  let before: Worth & { currency: string } = { currency: '', monthly: 0n, annual: 0n };
  for (const { day, plan } of changes) {
    yield { currency: before.currency, day, monthly: -before.monthly, annual: -before.annual };
    before = { currency: plan?.currency ?? '', ...(plan ? worthOf(plan) : { monthly: 0n, annual: 0n }) };
    yield { ...before, day };
  }
}

/** Days of each currency, in order, with what changed on them. */
function sumByDay(subscriptions: PlanChange[][]): Map<string, Map<string, Worth>> {
  const currencies = new Map<string, Map<string, Worth>>();
  const all = subscriptions.flatMap((changes) => [...differences(changes)]);
  for (const { currency, day, monthly, annual } of all.sort((a, b) => (a.day < b.day ? -1 : Number(a.day > b.day)))) {
    if (monthly === 0n) continue;
    const days = currencies.get(currency) ?? new Map<string, Worth>();
    currencies.set(currency, days);
    const sum = days.get(day);
    days.set(day, { monthly: (sum?.monthly ?? 0n) + monthly, annual: (sum?.annual ?? 0n) + annual });
  }
  return currencies;
}

/**
 * The movements of one customer, from day's end to day's end, as https://help.chartmogul.com/hc/en-us/articles/203299912 defines
 * them: *new* is what a customer without any revenue before begins with, *reactivated* what one begins with again, *churned*
 * what the last subscription takes along; between them more is *expansion* and less *contraction*, a second subscription
 * included. Each currency is a book of its own: who changes currency churns in one.
 */
export function moveRecurring(subscriptions: PlanChange[][]): Movement[] {
  const movements: Movement[] = [];
  for (const [currency, days] of sumByDay(subscriptions)) {
    let total = 0n;
    let wasPaying = false;
    for (const [day, { monthly, annual }] of days) {
      if (monthly === 0n) continue;
      const after = total + monthly;
      const begins = wasPaying ? 'reactivated' : 'new';
      const goesOn = monthly > 0n ? 'expansion' : 'contraction';
      const kind = total === 0n ? begins : after === 0n ? 'churned' : goesOn;
      movements.push({ currency, day, kind, monthly, annual });
      total = after;
      wasPaying = true;
    }
  }
  return movements;
}
