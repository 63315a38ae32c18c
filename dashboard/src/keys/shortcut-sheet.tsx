/** All keys and what they do. */
import { type TextName, t } from '../i18n/text.ts';
import { Dialog } from '../parts/dialog.tsx';
import { areKeysOn, isSheetOpen, setKeys } from './sheet-state.ts';

const groups: { title: TextName; keys: [key: string, text: TextName][] }[] = [
  {
    title: 'range',
    keys: [
      ...([
        ['D', 'range.day'],
        ['E', 'range.yesterday'],
        ['R', 'range.realtime'],
        ['H', 'range.24h'],
      ] as const),
      ...([
        ['W', 'range.week'],
        ['M', 'range.month'],
        ['P', 'range.last_month'],
        ['Y', 'range.year'],
      ] as const),
      ...([
        ['F', 'range.28d'],
        ['N', 'range.90d'],
        ['L', 'range.12mo'],
        ['A', 'range.all'],
      ] as const),
      ...([
        ['C', 'range.custom'],
        ['←', 'range.before'],
        ['→', 'range.after'],
      ] as const),
    ].map(([key, text]) => [key, text]),
  },
  {
    title: 'keys.page',
    keys: [
      ...([
        ['X', 'keys.compare'],
        ['I', 'keys.interval'],
        ['/', 'filter.add'],
        ['Esc', 'filter.clear'],
      ] as const),
      ...([
        ['S', 'keys.sites'],
        ['T', 'keys.theme'],
        ['?', 'keys'],
      ] as const),
    ].map(([key, text]) => [key, text]),
  },
];

export function ShortcutSheet() {
  return (
    <Dialog label={t('keys')} onClose={() => (isSheetOpen.value = false)}>
      {(close) => (
        <>
          <h2>{t('keys')}</h2>
          {groups.map(({ title, keys }) => (
            <section key={title}>
              <h3>{t(title)}</h3>
              <dl class="keys">
                {keys.map(([key, text]) => (
                  <div key={key}>
                    <dt>
                      <kbd>{key}</kbd>
                    </dt>
                    <dd>{t(text)}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
          <label class="check">
            <input
              {...{ type: 'checkbox', checked: areKeysOn.value }}
              onChange={(event) => setKeys(event.currentTarget.checked)}
            />
            {t('keys.on')}
          </label>
          <div class="actions">
            <button type="button" class="control" onClick={close}>
              {t('close')}
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}
