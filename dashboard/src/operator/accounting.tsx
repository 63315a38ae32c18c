/** Checks hour by hour that every received event was accounted for. */
import { sendJson } from '../api.ts';
import type { components } from '../api-types.d.ts';
import { formatNumber } from '../format.ts';
import { formatHour } from '../format-instant.ts';
import { t } from '../i18n/text.ts';
import { Problem } from '../parts/problem.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { browserZone } from '../range/zone.ts';
import { refreshNow, useRequest } from '../use-request.ts';
import { changeView, view } from '../view.ts';
import { type Account, missingEvents, outcomes } from './accounts.ts';

type Accounting = components['schemas']['Accounting'];

const ranges = { '24h': 24, '7d': 168 } as const;
type Range = keyof typeof ranges;
const columns = ['received', ...outcomes] as const;

const hourMs = 3_600_000;

/** Whole hours, ending with the current one. */
function addressOf(range: Range): string {
  const to = (Math.floor(Date.now() / hourMs) + 1) * hourMs;
  const instants = { from: to - ranges[range] * hourMs, to };
  const parameters = Object.entries(instants).map(([name, at]) => [name, new Date(at).toISOString()]);
  return `/accounting?${new URLSearchParams(parameters)}`;
}

/** A symbol, and the same in words. */
function Sum({ account }: { account: Account }) {
  const missing = missingEvents(account);
  if (missing === 0) return <td class="good">✓ {t('accounting.right')}</td>;
  const text = missing > 0 ? 'accounting.missing' : 'accounting.twice';
  return <td class="bad">⚠ {t(text, { count: formatNumber(Math.abs(missing)) })}</td>;
}

function AccountRow({ name, account, ...row }: { name: string; account: Account; class?: string }) {
  return (
    <tr {...row}>
      <th scope="row">{name}</th>
      {columns.map((column) => (
        <td key={column}>{formatNumber(account[column])}</td>
      ))}
      <Sum account={account} />
    </tr>
  );
}

function AccountTable({ accounting: { hours, totals } }: { accounting: Accounting }) {
  return (
    <table class="numbers" aria-busy={false}>
      <thead>
        <tr>
          <th scope="col">{t('interval.hour')}</th>
          {columns.map((column) => (
            <th scope="col" key={column} title={t(`accounting.${column}.is`)}>
              {t(`accounting.${column}`)}
            </th>
          ))}
          <th scope="col">{t('accounting.sum')}</th>
        </tr>
      </thead>
      <tbody>
        <AccountRow name={t('accounting.totals')} account={totals} class="totals" />
        {hours.toReversed().map((account) => (
          <AccountRow key={account.hour} name={formatHour(account.hour)} account={account} />
        ))}
      </tbody>
    </table>
  );
}

const Definitions = () => (
  <dl class="definitions">
    {columns.map((column) => (
      <div key={column}>
        <dt>{t(`accounting.${column}`)}</dt>
        <dd>{t(`accounting.${column}.is`)}</dd>
      </div>
    ))}
  </dl>
);

function RangeChooser({ range }: { range: Range }) {
  return (
    <div class="tabs">
      {(Object.keys(ranges) as Range[]).map((name) => (
        <button type="button" key={name} aria-pressed={name === range} onClick={() => changeView({ range: name })}>
          {t(`range.${name}`)}
        </button>
      ))}
    </div>
  );
}

export function AccountingTable() {
  const range: Range = view.value.range === '7d' ? '7d' : '24h';
  const state = useRequest(`accounting ${range}`, (signal) => sendJson<Accounting>(addressOf(range), { signal }));
  const { data: accounting, problem, isLoading } = state;
  return (
    <section class="card wide" aria-labelledby="accounting" aria-busy={isLoading}>
      <h2 id="accounting">{t('accounting')}</h2>
      <p class="faint">
        {t('accounting.about')} {t('accounting.hours', { zone: browserZone })}
      </p>
      <RangeChooser range={range} />
      {problem ? <Problem problem={problem} again={refreshNow} /> : null}
      {accounting && (
        <ScrollBox label={t(`range.${range}`)}>
          <AccountTable accounting={accounting} />
        </ScrollBox>
      )}
      <Definitions />
    </section>
  );
}
