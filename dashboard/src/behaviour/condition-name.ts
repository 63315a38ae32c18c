/** A condition in words, as short as they come. */

import type { Goal } from '../goals.ts';
import { t } from '../i18n/text.ts';
import { readCondition } from './condition.ts';

/** Empty for what has no short words. */
export function conditionName(filters: readonly unknown[], goals: readonly Goal[]): string {
  const { kind, operator, value } = readCondition(filters, goals);
  if (kind === 'goal') return goals.find(({ id }) => id === value)?.name ?? '';
  if (kind === 'page' && operator !== 'is') return t('condition.name', { operator: t(`operator.${operator}`), value });
  return value;
}
