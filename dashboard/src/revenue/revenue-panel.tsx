/** Revenue by period. Shown for sites with payments. */
import { t, textOr } from '../i18n/text.ts';
import { apiBase } from '../router.ts';
import { scope } from '../scope.ts';
import { changeView, view } from '../view.ts';
import { PaymentsTable, RecurringTable } from './revenue-tables.tsx';

const tabs = { payments: PaymentsTable, recurring: RecurringTable };
type TabName = keyof typeof tabs;
const names = Object.keys(tabs) as TabName[];

/** The CSV of all payments and refunds in the range, with the page's filters. */
function transactionsAddress(): string {
  const { site_id, date_range, timezone, filters } = scope.value!;
  const parameters = new URLSearchParams({
    ...{ site_id, date_range: String(date_range), ...(timezone && { timezone }) },
    ...(filters && { filters: JSON.stringify(filters) }),
  });
  return `${apiBase.value}/datasets/transactions/export.csv?${parameters}`;
}

export function RevenuePanel() {
  const chosen = names.find((name) => name === view.value.tabs.revenue) ?? names[0]!;
  const Table = tabs[chosen];
  return (
    <section class="card panel" aria-labelledby="panel-revenue">
      <div class="panel-head">
        <h2 id="panel-revenue">{t('panel.revenue')}</h2>
        {scope.value && (
          <a class="more" href={transactionsAddress()} download>
            {t('revenue.transactions')}
          </a>
        )}
      </div>
      <div class="tabs">
        {names.map((name) => (
          <button
            type="button"
            key={name}
            aria-pressed={name === chosen}
            onClick={() => changeView({ tabs: { ...view.value.tabs, revenue: name } }, { replace: true })}
          >
            {textOr(`tab.${name}`, name)}
          </button>
        ))}
      </div>
      <Table key={chosen} />
      {scope.value?.filters && <p class="faint">{t('revenue.unfiltered')}</p>}
    </section>
  );
}
