import { useState } from 'preact/hooks';
import { t } from '../i18n/text.ts';
import { isDate } from './clock.ts';

interface DateSpanProps {
  /** Two dates separated by a comma; anything else leaves the fields empty. */
  value: string;
  latest: string;
  onChoose: (range: string) => void;
}

export function DateSpanForm({ value, latest, onChoose }: DateSpanProps) {
  const [first = '', second = ''] = value.split(',').filter(isDate);
  const [from, setFrom] = useState(first);
  const [to, setTo] = useState(second);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onChoose(`${from},${to}`);
  };
  return (
    <form class="span" onSubmit={submit}>
      <label>
        {t('range.from')}
        <input
          {...{ type: 'date', required: true, value: from, min: '2000-01-01', max: to || latest }}
          onInput={(event) => setFrom(event.currentTarget.value)}
        />
      </label>
      <label>
        {t('range.to')}
        <input
          {...{ type: 'date', required: true, value: to, min: from || '2000-01-01', max: latest }}
          onInput={(event) => setTo(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="control">
        {t('apply')}
      </button>
    </form>
  );
}
