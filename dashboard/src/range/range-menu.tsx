/** Named ranges, custom dates, and the time zone. */
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/text.ts';
import { rangeKeys } from '../keys/range-keys.ts';
import { closeMenu } from '../parts/menu.tsx';
import { view } from '../view.ts';
import { chooseRange, takeMenuStart } from './choose-range.ts';
import { DateSpanForm } from './date-span-form.tsx';
import { rangeName } from './range-name.ts';
import { today } from './zone.ts';
import { ZoneChoice } from './zone-choice.tsx';

const groups = [
  ['realtime', '24h', 'day', 'yesterday'],
  ['7d', '28d', '30d', '90d'],
  ['week', 'last_week', 'month', 'last_month'],
  ['quarter', 'last_quarter', 'year', 'last_year'],
  ['6mo', '12mo', 'all'],
];

function choose(range: string): void {
  chooseRange(range);
  closeMenu();
}

function Presets() {
  return (
    <div class="presets">
      {groups.map((group) => (
        <ul key={group[0]}>
          {group.map((range) => (
            <li key={range}>
              <button
                {...{ type: 'button', 'aria-label': rangeName(range), 'aria-keyshortcuts': rangeKeys[range] }}
                aria-pressed={range === view.value.range}
                onClick={() => choose(range)}
              >
                {rangeName(range)}
                {rangeKeys[range] && <kbd>{rangeKeys[range]}</kbd>}
              </button>
            </li>
          ))}
        </ul>
      ))}
    </div>
  );
}

export function RangeMenu() {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    root.current
      ?.querySelector<HTMLElement>(takeMenuStart() === 'dates' ? 'input' : '[aria-pressed="true"], button')
      ?.focus();
  }, []);
  return (
    <div ref={root}>
      <Presets />
      <h2>{t('range.custom')}</h2>
      <DateSpanForm value={view.value.range} latest={today()} onChoose={choose} />
      <ZoneChoice />
    </div>
  );
}
