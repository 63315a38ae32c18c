/** The line that adds tracking to the site's pages. */
import { useState } from 'preact/hooks';
import { ingestionAddress, snippetOf } from '../empty/setup-lines.ts';
import { t } from '../i18n/text.ts';
import { DescribedField } from '../parts/described.tsx';
import { TextField } from '../parts/text-field.tsx';
import { useResource } from '../use-resource.ts';
import { CopyField } from './copy-field.tsx';
import { Section } from './section.tsx';

/** Undefined unless it is a valid address. */
const addressOf = (text: string): string | undefined =>
  URL.canParse(text) ? new URL(text).href.replace(/\/+$/, '') : undefined;

export function SnippetSection({ siteId }: { siteId: string }) {
  const configured = useResource<{ ingestion_url: string | null }>('/page-settings').value?.ingestion_url ?? null;
  const [entered, setEntered] = useState<string>();
  const ingestion = entered ?? ingestionAddress(configured, location);
  return (
    <Section name="snippet">
      <div class="fields column">
        <DescribedField
          id="ingestion-about"
          label={t('snippet.ingestion')}
          about={t(configured === null ? 'snippet.ingestion.about' : 'snippet.ingestion.known')}
        >
          <TextField type="url" value={ingestion} onCommit={(text) => setEntered(addressOf(text.trim()))} />
        </DescribedField>
        <CopyField label={t('snippet.code')} text={snippetOf(ingestion, siteId)} isCode />
      </div>
    </Section>
  );
}
