/** Amounts of money. */
import { numberFormat } from '../format.ts';

/** An exact decimal of a currency; a dash where there is none. */
export function formatMoney(amount: string | number | null, currency: string): string {
  if (amount === null) return '–';
  // Texts keep every digit.
  const text = `${amount}` as `${number}`;
  try {
    return numberFormat({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(text);
  } catch {
    return `${text} ${currency}`;
  }
}
