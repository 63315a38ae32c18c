/** Where current visitors are, or came from. Clicking a row filters the last half hour by it. */
import { formatNumber } from '../format.ts';
import { t, textOr } from '../i18n/text.ts';
import { Term } from '../parts/term.tsx';
import { dimensionName, valueName } from '../parts/value-name.ts';
import { siteUrl } from '../router.ts';
import { type Filter, readView, writeView } from '../view-address.ts';
import type { LiveRow } from './live-state.ts';

interface LiveListProps {
  siteId: string;
  /** Part of the name of its heading's text. */
  panel: 'pages' | 'sources' | 'countries';
  dimension: string;
  rows: LiveRow[];
}

function Row({ siteId, dimension, row, most }: Omit<LiveListProps, 'panel' | 'rows'> & { row: LiveRow; most: number }) {
  const name = valueName(dimension, row.value);
  const filter: Filter = ['is', dimension, [row.value]];
  const search = writeView({ ...readView(''), range: 'realtime', filters: [filter] });
  return (
    <tr>
      <th scope="row">
        <span class="bar" style={{ inlineSize: `${(100 * row.visitors) / most}%` }} />
        <a href={siteUrl(siteId, 'site', search)} data-page title={name}>
          {name}
        </a>
      </th>
      <td>{formatNumber(row.visitors)}</td>
    </tr>
  );
}

export function LiveList({ panel, rows, ...about }: LiveListProps) {
  const most = Math.max(1, rows[0]?.visitors ?? 0);
  return (
    <section class="card panel" aria-labelledby={`live-${panel}`}>
      <h2 id={`live-${panel}`}>{textOr(`live.${panel}`, panel)}</h2>
      {rows.length === 0 ? (
        <p class="empty">{t('live.none')}</p>
      ) : (
        <div class="rows">
          <table aria-busy={false}>
            <thead>
              <tr>
                <th scope="col">{dimensionName(about.dimension)}</th>
                <th scope="col">
                  <Term metric="visitors_now" name={t('metric.visitors')} />
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={String(row.value)} {...about} row={row} most={most} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
