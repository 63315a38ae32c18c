/** How to send the first event of a site. Replaced by the site's figures as soon as it arrives. */
import { useState } from 'preact/hooks';
import { t } from '../i18n/text.ts';
import { siteId } from '../scope.ts';
import { session } from '../session.ts';
import { useResource } from '../use-resource.ts';
import { curlOf, ingestionAddress, snippetOf } from './setup-lines.ts';
import { useFirstEvent } from './use-first-event.ts';

/** Undefined while loading. */
function useIngestion(): string | undefined {
  const { value, problem } = useResource<{ ingestion_url: string | null }>('/page-settings');
  return value || problem ? ingestionAddress(value?.ingestion_url ?? null, location) : undefined;
}

function Line({ name, text }: { name: string; text: string }) {
  const [isCopied, setCopied] = useState(false);
  // Browsers provide it only on pages loaded over TLS or from localhost.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  const copy = () => clipboard?.writeText(text).then(() => setCopied(true));
  return (
    <section>
      <h2>{name}</h2>
      <pre>
        <code>{text}</code>
      </pre>
      {clipboard && (
        <button type="button" onClick={() => void copy()} aria-label={`${t('copy')}: ${name}`}>
          {t('copy')}
        </button>
      )}
      <span class="faint" role="status">
        {isCopied ? t('copied') : ''}
      </span>
    </section>
  );
}

function Lines({ site }: { site: string }) {
  const ingestion = useIngestion();
  if (ingestion === undefined) return null;
  return (
    <>
      <Line name={t('empty.page')} text={snippetOf(ingestion, site)} />
      <Line name={t('empty.curl')} text={curlOf(ingestion, site)} />
      <section class="faint">
        <p>{t('empty.keys')}</p>
        <pre>
          <code>{`npm run keys -- create --name pages --scope write --site ${site} --origin https://www.example.org`}</code>
        </pre>
      </section>
    </>
  );
}

export function EmptySite() {
  const site = siteId.value!;
  useFirstEvent(site);
  const mayKnow = session.value?.auth !== 'share';
  return (
    <div class="card empty-site">
      <p class="waiting-for-event" role="status">
        <span class="dot" aria-hidden="true" />
        {t('empty.waiting')}
      </p>
      <p>{t(mayKnow ? 'empty.how' : 'empty.guest')}</p>
      {mayKnow && <Lines site={site} />}
    </div>
  );
}
