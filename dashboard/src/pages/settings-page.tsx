import { t } from '../i18n/text.ts';
import { Header } from '../parts/header.tsx';
import { Main } from '../parts/main.tsx';
import { siteId } from '../scope.ts';
import { canEdit, session } from '../session.ts';
import { AnnotationsSection } from '../settings/annotations-section.tsx';
import { GoalsSection } from '../settings/goals-section.tsx';
import { ShareLinksSection } from '../settings/share-links-section.tsx';
import { type Site, SiteSection } from '../settings/site-section.tsx';
import { SnippetSection } from '../settings/snippet-section.tsx';
import { useResource } from '../use-resource.ts';

function Sections({ site }: { site: string }) {
  const path = `/sites/${encodeURIComponent(site)}`;
  const loaded = useResource<Site>(path);
  return (
    <>
      <div>
        <SiteSection {...{ path, loaded }} />
        <GoalsSection siteId={site} path={`${path}/goals`} />
      </div>
      <div>
        <SnippetSection siteId={site} />
        <ShareLinksSection path={`${path}/share-links`} />
        <AnnotationsSection path={`${path}/annotations`} timezone={loaded.value?.timezone} />
      </div>
    </>
  );
}

export function SettingsPage() {
  const site = siteId.value;
  const may = canEdit() && session.value?.auth !== 'share';
  return (
    <>
      <Header />
      <Main class="site-settings">
        {may && site ? <Sections key={site} site={site} /> : <p class="card">{t('settings.refused')}</p>}
      </Main>
    </>
  );
}
