/** Takes the place of the figures of a site that has none; what it says comes on demand. */
import { withLater } from '../later.ts';
import { Footing } from '../parts/footing.tsx';
import { Header } from '../parts/header.tsx';
import { Main } from '../parts/main.tsx';
import { onDemand } from '../parts/on-demand.tsx';
import { isEmbedded } from '../place.ts';

const EmptySite = onDemand(async () => (await withLater(import('./empty-site.tsx'))).EmptySite);

export const EmptyPage = () => (
  <>
    <Header />
    <Main>
      <EmptySite />
    </Main>
    {isEmbedded.value && <Footing />}
  </>
);
