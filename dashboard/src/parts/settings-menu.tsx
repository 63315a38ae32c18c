/** Theme, language, shortcuts and logging out. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { languageName } from '../format.ts';
import { type Language, language, languages, loadTexts, t } from '../i18n/text.ts';
import { openSheet } from '../keys/keys-state.ts';
import { navigate } from '../router.ts';
import { logOut, session } from '../session.ts';
import { writeStored } from '../stored.ts';
import { setTheme, theme, themes } from '../theme.ts';
import { closeMenu } from './menu.tsx';
import { Problem } from './problem.tsx';

/** Stored for the next visit, and updated in an address that names a language. */
async function chooseLanguage(language: Language): Promise<void> {
  writeStored('millrace.lang', language);
  const url = new URL(location.href);
  if (url.searchParams.has('lang')) {
    url.searchParams.set('lang', language);
    navigate(url.href, { replace: true });
  }
  await loadTexts(language);
}

const own = (language: string) => new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language;

function Themes() {
  return (
    <fieldset>
      <legend>{t('theme')}</legend>
      {themes.map((name) => (
        <label key={name}>
          <input {...{ type: 'radio', name: 'theme', checked: theme.value === name }} onChange={() => setTheme(name)} />
          {t(`theme.${name}`)}
        </label>
      ))}
    </fieldset>
  );
}

function Languages() {
  return (
    <fieldset>
      <legend>{t('language')}</legend>
      {languages.map((name) => (
        <label key={name} lang={name} title={languageName(name)}>
          <input
            {...{ type: 'radio', name: 'language', checked: language.value === name }}
            onChange={() => void chooseLanguage(name)}
          />
          {own(name)}
        </label>
      ))}
    </fieldset>
  );
}

export function SettingsMenu() {
  const root = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState<unknown>();
  useEffect(() => root.current?.querySelector<HTMLElement>('input:checked')?.focus(), []);
  const leave = () => logOut().then(closeMenu, setProblem);
  const showKeys = () => {
    closeMenu();
    openSheet();
  };
  return (
    <div ref={root}>
      <Themes />
      <Languages />
      <ul>
        <li>
          <button type="button" aria-label={t('keys')} aria-keyshortcuts="?" onClick={showKeys}>
            {t('keys')}
            <kbd>?</kbd>
          </button>
        </li>
        {session.value?.auth === 'key' && (
          <li>
            <button type="button" onClick={leave}>
              {t('logout')}
            </button>
          </li>
        )}
      </ul>
      {problem ? <Problem problem={problem} /> : null}
    </div>
  );
}
