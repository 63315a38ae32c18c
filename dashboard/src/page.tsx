/** The page that the address names. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from './api.ts';
import { t } from './i18n/text.ts';
import { SitePage } from './pages/site-page.tsx';
import { Problem } from './parts/problem.tsx';
import { type Place, place } from './place.ts';
import { session, sessionProblem } from './session.ts';

type Loader = () => Promise<ComponentType>;

/** Pages that are not needed to see a site come when they are asked for. */
const loaders: Partial<Record<Place['page'], Loader>> = {
  sites: async () => (await import('./pages/sites-page.tsx')).SitesPage,
};

const loaded = new Map<Loader, ComponentType>();

function Lazy({ load }: { load: Loader }) {
  const [Part, setPart] = useState<ComponentType | undefined>(() => loaded.get(load));
  const [problem, setProblem] = useState<unknown>();
  useEffect(() => {
    load().then((part) => {
      loaded.set(load, part);
      setPart(() => part);
    }, setProblem);
  }, [load]);
  if (problem) return <Problem problem={problem} />;
  return Part ? <Part /> : null;
}

const needsLogin = (problem: unknown) => problem instanceof ApiError && problem.status === 401;
const loadLogin: Loader = async () => (await import('./pages/login-page.tsx')).LoginPage;

export function Page() {
  const { page } = place.value;
  if (needsLogin(sessionProblem.value)) return <Lazy key="login" load={loadLogin} />;
  if (sessionProblem.value) return <Problem problem={sessionProblem.value} />;
  if (!session.value) return null;
  if (page === 'site') return <SitePage />;
  const load = loaders[page];
  return load ? <Lazy key={page} load={load} /> : <main class="message">{t('page.unknown')}</main>;
}
