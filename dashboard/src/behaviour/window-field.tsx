/** The time allowed between the first and the last step of a funnel. */
import { t } from '../i18n/text.ts';
import { TextField } from '../parts/text-field.tsx';

const units = ['m', 'h', 'd'] as const;
type Unit = (typeof units)[number];

/** Ninety days, the maximum, in each unit. */
const longest: Record<Unit, number> = { m: 90 * 24 * 60, h: 90 * 24, d: 90 };

/** Parses a text such as `24h`. */
function read(text: string): { count: number; unit: Unit } {
  const unit = units.find((name) => text.endsWith(name)) ?? 'd';
  return { count: Number.parseInt(text, 10) || 7, unit };
}

export function WindowField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { count, unit } = read(value);
  const write = (number: number, of: Unit) =>
    onChange(`${Math.min(longest[of], Math.max(1, Math.round(number)))}${of}`);
  return (
    <fieldset class="pair">
      <legend>{t('funnel.window')}</legend>
      <TextField
        type="number"
        aria-label={t('funnel.window.count')}
        value={String(count)}
        min={1}
        max={longest[unit]}
        onCommit={(text) => write(Number(text) || count, unit)}
      />
      <select
        aria-label={t('funnel.window.unit')}
        value={unit}
        onChange={(event) => write(count, event.currentTarget.value as Unit)}
      >
        {units.map((name) => (
          <option key={name} value={name}>
            {t(`funnel.window.${name}`)}
          </option>
        ))}
      </select>
    </fieldset>
  );
}
