/** What narrows the page: what a shared link is limited to, filters, and the goal. */
import { FixedFilters } from '../share/fixed-filters.tsx';
import { FilterChips } from './filter-chips.tsx';
import { GoalChip } from './goal-chip.tsx';

export const Chips = () => (
  <>
    <FixedFilters />
    <FilterChips />
    <GoalChip />
  </>
);
