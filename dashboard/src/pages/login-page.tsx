/** Asks for a key, or for the password of a shared link. The address stays, so the requested page appears after logging in. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api.ts';
import { t } from '../i18n/text.ts';
import { problemText } from '../parts/problem.tsx';
import { isEmbedded, route } from '../router.ts';
import { hasExpired, logIn } from '../session.ts';
import { clearCache } from '../use-request.ts';

const command = 'npm run keys -- create --name NAME --scope read';

/** Counts down the remaining seconds. */
function useCountdown(): [number, (seconds: number) => void] {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, setLeft];
}

/** Explains an invalid key or password; other problems have their own text. */
function loginProblemText(problem: unknown, isShared: boolean): string {
  const status = problem instanceof ApiError ? problem.status : 0;
  if (status === 401) return t(isShared ? 'login.wrong.password' : 'login.wrong.key');
  if (status === 429) return t('login.too_many');
  return problemText(problem);
}

const HowToGetKey = () => (
  <section class="faint">
    <h2>{t('login.how')}</h2>
    <p>{t('login.how.make')}</p>
    <pre>
      <code>{command}</code>
    </pre>
    <p>{t('login.how.more')}</p>
  </section>
);

function useLogIn(isShared: boolean) {
  const [problem, setProblem] = useState<unknown>();
  const [isSending, setSending] = useState(false);
  const [waitSeconds, setWaitSeconds] = useCountdown();
  async function submit(secret: string): Promise<void> {
    setSending(true);
    try {
      await logIn(isShared ? { password: secret } : { key: secret.trim() });
      clearCache();
    } catch (error) {
      setProblem(error);
      if (error instanceof ApiError && error.retryAfterSeconds) setWaitSeconds(error.retryAfterSeconds);
    } finally {
      setSending(false);
    }
  }
  return { problem, isSending, waitSeconds, submit };
}

function Refusal({ text, waitSeconds }: { text: string; waitSeconds: number }) {
  return (
    <div class="problem">
      <p role="alert" id="refusal">
        {text}
      </p>
      {waitSeconds > 0 && <p>{t('login.wait', { seconds: waitSeconds })}</p>}
    </div>
  );
}

export function LoginPage() {
  const isShared = route.value.slug !== undefined;
  const { problem, isSending, waitSeconds, submit } = useLogIn(isShared);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // An embedded page must not take the focus from the page around it.
    if (!isEmbedded.value) input.current?.focus();
  }, []);
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (!isSending && waitSeconds === 0) void submit(input.current!.value);
  };
  return (
    <main class="message login">
      <form class="card" onSubmit={send}>
        <h1>{t(isShared ? 'login.shared' : 'login.title')}</h1>
        {hasExpired.value && <p>{t('login.ended')}</p>}
        <label>
          {t(isShared ? 'login.password' : 'login.key')}
          <input
            ref={input}
            {...{ type: 'password', autocomplete: 'current-password', required: true }}
            aria-describedby={problem ? 'refusal' : undefined}
            aria-invalid={problem ? true : undefined}
          />
        </label>
        {problem ? <Refusal text={loginProblemText(problem, isShared)} waitSeconds={waitSeconds} /> : null}
        <button type="submit" class="main" disabled={waitSeconds > 0}>
          {t('login.submit')}
        </button>
      </form>
      {!isShared && <HowToGetKey />}
    </main>
  );
}
