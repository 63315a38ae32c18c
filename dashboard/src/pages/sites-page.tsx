/** All sites that the reader may see. */
import { useEffect, useState } from 'preact/hooks';
import { sendJson } from '../api.ts';
import { Header } from '../parts/header.tsx';
import { Problem } from '../parts/problem.tsx';
import { siteAddress } from '../place.ts';

interface Listed {
  site_id: string;
  name: string | null;
}

export function SitesPage() {
  const [sites, setSites] = useState<Listed[]>([]);
  const [problem, setProblem] = useState<unknown>();
  useEffect(() => {
    sendJson<{ sites: Listed[] }>('/sites').then((answer) => setSites(answer.sites), setProblem);
  }, []);
  return (
    <>
      <Header />
      <main>
        {problem ? <Problem problem={problem} /> : null}
        <ul>
          {sites.map(({ site_id, name }) => (
            <li key={site_id}>
              <a href={siteAddress(site_id)} data-page>
                {name ?? site_id}
              </a>
            </li>
          ))}
        </ul>
      </main>
    </>
  );
}
