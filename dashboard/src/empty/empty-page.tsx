/** Takes the place of the figures of a site that has none; what it says comes on demand. */
import { Footing } from '../parts/footing.tsx';
import { Header } from '../parts/header.tsx';
import { Lazy, type Loader } from '../parts/lazy.tsx';
import { isEmbedded } from '../place.ts';

const load: Loader = async () => (await import('./empty-site.tsx')).EmptySite;

export const EmptyPage = () => (
  <>
    <Header />
    <main>
      <Lazy load={load} />
    </main>
    {isEmbedded.value && <Footing />}
  </>
);
