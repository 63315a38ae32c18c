/** Asks for a key, or for the password of a shared link. */
import { useState } from 'preact/hooks';
import { t } from '../i18n/text.ts';
import { Problem } from '../parts/problem.tsx';
import { place } from '../place.ts';
import { logIn } from '../session.ts';

export function LoginPage() {
  const [problem, setProblem] = useState<unknown>();
  const isShared = place.value.slug !== undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const secret = String(new FormData(event.target as HTMLFormElement).get('secret'));
    logIn(isShared ? { password: secret } : { key: secret.trim() }).catch(setProblem);
  };
  return (
    <main class="message">
      <form onSubmit={submit}>
        <h1>Millrace</h1>
        <label>
          {t(isShared ? 'login.password' : 'login.key')}
          <input name="secret" type="password" autocomplete="current-password" required />
        </label>
        <button type="submit">{t('login.submit')}</button>
        {problem ? <Problem problem={problem} /> : null}
      </form>
    </main>
  );
}
