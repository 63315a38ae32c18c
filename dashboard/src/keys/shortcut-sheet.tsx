import { type TextName, t, textOr } from '../i18n/text.ts';
import { Closing, Dialog } from '../parts/dialog.tsx';
import { areKeysOn, isSheetOpen, setKeys } from './keys-state.ts';
import { rangeKeys } from './range-keys.ts';

const groups: { title: TextName; keys: [key: string, text: string][] }[] = [
  {
    title: 'range',
    keys: [
      ...Object.entries(rangeKeys).map(([range, key]): [string, string] => [key, `range.${range}`]),
      ['C', 'range.custom'],
      ['←', 'range.before'],
      ['→', 'range.after'],
    ],
  },
  {
    title: 'keys.page',
    keys: [
      ['X', 'keys.compare'],
      ['I', 'keys.interval'],
      ['/', 'filter.add'],
      ['Esc', 'filter.clear'],
      ['S', 'keys.sites'],
      ['T', 'keys.theme'],
      ['?', 'keys'],
    ],
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
                    <dd>{textOr(text, text)}</dd>
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
          <Closing close={close} />
        </>
      )}
    </Dialog>
  );
}
