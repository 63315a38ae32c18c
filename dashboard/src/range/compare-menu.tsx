import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/text.ts';
import { closeMenu } from '../parts/menu.tsx';
import { changeView, view } from '../view.ts';
import { DateSpanForm } from './date-span-form.tsx';
import { today } from './zone.ts';

const ways = ['off', 'previous_period', 'year_over_year'] as const;

function choose(compare: string): void {
  changeView({ compare });
  closeMenu();
}

export function CompareMenu() {
  const root = useRef<HTMLDivElement>(null);
  const { compare, match, range } = view.value;
  useEffect(() => root.current?.querySelector<HTMLElement>('[aria-pressed="true"], button')?.focus(), []);
  if (range === 'all') return <p>{t('compare.not')}</p>;
  return (
    <div ref={root}>
      <ul>
        {ways.map((way) => (
          <li key={way}>
            <button type="button" aria-pressed={way === compare} onClick={() => choose(way)}>
              {t(`compare.${way}`)}
            </button>
          </li>
        ))}
      </ul>
      <h2>{t('compare.custom')}</h2>
      <DateSpanForm value={compare} latest={today()} onChoose={choose} />
      <label class="check">
        <input
          {...{ type: 'checkbox', checked: match === 'weekday', disabled: compare === 'off' }}
          onChange={(event) => changeView({ match: event.currentTarget.checked ? 'weekday' : 'date' })}
        />
        {t('compare.weekday')}
      </label>
    </div>
  );
}
