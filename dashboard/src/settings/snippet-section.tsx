/** What goes into the pages of the site so that they are counted. */
import { useState } from 'preact/hooks';
import { t } from '../i18n/text.ts';
import { Described } from '../parts/described.tsx';
import { TextField } from '../parts/text-field.tsx';
import { CopyField } from './copy-field.tsx';
import { Section } from './section.tsx';
import { escapeHtml } from './share-link.ts';

/** Reporting does not know where ingestion is: on the same computer, unless somebody says otherwise. */
const likelyAddress = () => `${location.protocol}//${location.hostname}:3000`;

export const snippetOf = (ingestion: string, siteId: string): string =>
  `<script defer src="${escapeHtml(ingestion.replace(/\/+$/, ''))}/m.js" data-site="${escapeHtml(siteId)}"></script>`;

export function SnippetSection({ siteId }: { siteId: string }) {
  const [ingestion, setIngestion] = useState(likelyAddress);
  return (
    <Section name="snippet">
      <div class="fields column">
        <Described id="ingestion-about" label={t('snippet.ingestion')} about={t('snippet.ingestion.about')}>
          <TextField type="url" value={ingestion} onCommit={(text) => setIngestion(text.trim() || likelyAddress())} />
        </Described>
        <CopyField label={t('snippet.code')} text={snippetOf(ingestion, siteId)} isCode />
      </div>
    </Section>
  );
}
