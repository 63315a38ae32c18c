import { planWorth, type Worth } from './plan-worth.js';
import type { PlanChange } from './track-subscription.js';

export type MovementKind = 'new' | 'expansion' | 'contraction' | 'churned' | 'reactivated';

/** The change of a customer's or a site's MRR on one day; negative for contraction and churned. */
export interface Movement extends Worth {
  currency: string;
  day: string;
  kind: MovementKind;
}

type Change = Worth & { currency: string; day: string };

/** What each plan change adds and subtracts, per currency. */
function* differences(changes: PlanChange[]): Generator<Change> {
  let before: Worth & { currency: string } = { currency: '', monthly: 0n, annual: 0n };
  for (const { day, plan } of changes) {
    yield { currency: before.currency, day, monthly: -before.monthly, annual: -before.annual };
    before = { currency: plan?.currency ?? '', ...(plan ? planWorth(plan) : { monthly: 0n, annual: 0n }) };
    yield { ...before, day };
  }
}

/** Currency → day → change, days ascending. */
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
 * The MRR movements of one customer, compared at the end of each day, as defined by
 * https://help.chartmogul.com/hc/en-us/articles/203299912: *new* for the first revenue of a customer, *reactivated* for revenue
 * after none, *churned* when the last subscription ends; in between, an increase is *expansion* and a decrease *contraction*,
 * also when it comes from a second subscription. Currencies are separate: a customer who switches churns in the old one.
 */
export function mrrMovements(subscriptions: PlanChange[][]): Movement[] {
  const movements: Movement[] = [];
  for (const [currency, days] of sumByDay(subscriptions)) {
    let total = 0n;
    let wasPaying = false;
    for (const [day, { monthly, annual }] of days) {
      if (monthly === 0n) continue;
      const after = total + monthly;
      const startKind = wasPaying ? 'reactivated' : 'new';
      const changeKind = monthly > 0n ? 'expansion' : 'contraction';
      const kind = total === 0n ? startKind : after === 0n ? 'churned' : changeKind;
      movements.push({ currency, day, kind, monthly, annual });
      total = after;
      wasPaying = true;
    }
  }
  return movements;
}
