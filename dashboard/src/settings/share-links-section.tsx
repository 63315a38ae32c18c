/** Shared links of the site: their addresses, embed codes, and revoking them. */
import { useState } from 'preact/hooks';
import { describeFilter } from '../filters/describe-filter.ts';
import { languageName } from '../format.ts';
import { formatInstant } from '../format-instant.ts';
import { languages, t } from '../i18n/text.ts';
import { Choice } from '../parts/choice.tsx';
import { DeleteButton } from '../parts/delete-button.tsx';
import { themes } from '../theme.ts';
import { useResource } from '../use-resource.ts';
import type { Filter } from '../view.ts';
import { CopyField } from './copy-field.tsx';
import { NewShareLink } from './new-share-link.tsx';
import { Section } from './section.tsx';
import { addressOfLink, embedCode, type ShareLink } from './share-link.ts';
import { useChange } from './use-change.ts';

function EmbedCode({ link, name }: { link: ShareLink; name: string }) {
  const [theme, setTheme] = useState<(typeof themes)[number]>('system');
  const [language, setLanguage] = useState('');
  return (
    <details>
      <summary>{t('share.embed')}</summary>
      <div class="fields">
        <Choice
          {...{ label: t('share.theme'), value: theme, names: themes, onChange: setTheme }}
          nameOf={(each) => t(`share.theme.${each}`)}
        />
        <Choice
          {...{ label: t('share.language'), value: language, names: ['', ...languages], onChange: setLanguage }}
          nameOf={(each) => (each === '' ? t('share.language.own') : languageName(each))}
        />
      </div>
      <CopyField label={t('share.code')} text={embedCode(addressOfLink(link), name, { theme, language })} isCode />
    </details>
  );
}

/** Nested filters, such as those with "or", can only be created through the API; they are shown as JSON. */
const wordsOf = (filter: Filter) => (typeof filter[1] === 'string' ? describeFilter(filter) : JSON.stringify(filter));

/** Limits of a link in a few words. */
function notes({ has_password, expires_at, filters, revoked_at }: ShareLink): string {
  return [
    revoked_at && t('share.revoked', { time: formatInstant(revoked_at) }),
    has_password && t('share.has_password'),
    expires_at && t('share.expires_at', { time: formatInstant(expires_at) }),
    ...(filters ?? []).map(wordsOf),
  ]
    .filter(Boolean)
    .join(' · ');
}

function LinkRow({ link, onRevoke }: { link: ShareLink; onRevoke: () => void }) {
  const name = link.name ?? link.slug;
  return (
    <li class="share-link">
      <div>
        <span>
          <strong>{name}</strong> <span class="faint">{notes(link)}</span>
        </span>
        {link.revoked_at === null && <DeleteButton label={t('share.revoke')} name={name} onDelete={onRevoke} />}
      </div>
      {link.revoked_at === null && (
        <>
          <CopyField label={t('share.address')} text={addressOfLink(link)} />
          <EmbedCode {...{ link, name }} />
        </>
      )}
    </li>
  );
}

export function ShareLinksSection({ path }: { path: string }) {
  const { value, problem, reload } = useResource<{ share_links: ShareLink[] }>(path);
  const change = useChange();
  const revoke = ({ id }: ShareLink) => change.send(`${path}/${id}`, { method: 'DELETE' }, reload);
  return (
    <Section name="share" problem={problem} refusal={change.problem}>
      {value?.share_links.length === 0 && <p class="empty">{t('share.empty')}</p>}
      <ul class="rows">
        {value?.share_links.map((link) => (
          <LinkRow key={link.id} link={link} onRevoke={() => revoke(link)} />
        ))}
      </ul>
      <NewShareLink {...{ path, change, onAdded: reload }} />
    </Section>
  );
}
