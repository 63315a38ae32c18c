/** All ranges that have a name, any two dates, and the time zone that their days are those of. */
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/text.ts';
import { closeMenu } from '../parts/menu.tsx';
import { view } from '../view.ts';
import { chooseRange, takeStart } from './choose-range.ts';
import { DateSpanForm } from './date-span-form.tsx';
import { rangeName } from './range-name.ts';
import { today } from './zone.ts';
import { ZoneChoice } from './zone-choice.tsx';

/** Each with its key where it has one. */
const groups: [range: string, key?: string][][] = [
  [
    ['realtime', 'R'],
    ['24h', 'H'],
    ['day', 'D'],
    ['yesterday', 'E'],
  ],
  [['7d'], ['28d', 'F'], ['30d'], ['90d', 'N']],
  [['week', 'W'], ['last_week'], ['month', 'M'], ['last_month', 'P']],
  [['quarter'], ['last_quarter'], ['year', 'Y'], ['last_year']],
  [['6mo'], ['12mo', 'L'], ['all', 'A']],
];

function choose(range: string): void {
  chooseRange(range);
  closeMenu();
  document.querySelector<HTMLElement>('.menu.range > button')?.focus();
}

function Presets() {
  return (
    <div class="presets">
      {groups.map((group) => (
        <ul key={group[0]![0]}>
          {group.map(([range, key]) => (
            <li key={range}>
              <button
                {...{ type: 'button', 'aria-label': rangeName(range), 'aria-keyshortcuts': key }}
                aria-pressed={range === view.value.range}
                onClick={() => choose(range)}
              >
                {rangeName(range)}
                {key && <kbd>{key}</kbd>}
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
      ?.querySelector<HTMLElement>(takeStart() === 'dates' ? 'input' : '[aria-pressed="true"], button')
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
