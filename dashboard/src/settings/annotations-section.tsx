/** What was noted about the site's history; it is added on the chart. */
import { useLoaded } from '../behaviour/use-loaded.ts';
import { formatInstant } from '../format-instant.ts';
import { t, textOr } from '../i18n/text.ts';
import { DeleteButton } from '../parts/delete-button.tsx';
import { Section } from './section.tsx';
import { useChange } from './use-change.ts';

interface Annotation {
  id: string;
  at: string;
  until: string | null;
  kind: string;
  text: string;
}

const timeOf = ({ at, until }: Annotation) =>
  until === null ? formatInstant(at) : `${formatInstant(at)} – ${formatInstant(until)}`;

export function AnnotationsSection({ path }: { path: string }) {
  const { value, problem, reload } = useLoaded<{ annotations: Annotation[] }>(path);
  const change = useChange();
  const remove = ({ id }: Annotation) => change.send(`${path}/${id}`, { method: 'DELETE' }, reload);
  return (
    <Section name="annotations" problem={problem ?? change.problem}>
      {value?.annotations.length === 0 && <p class="empty">{t('annotations.empty')}</p>}
      <ul class="rows">
        {value?.annotations.map((annotation) => (
          <li key={annotation.id}>
            <span>
              <strong>{annotation.text}</strong>{' '}
              <span class="faint">
                {textOr(`annotations.${annotation.kind}`, annotation.kind)} · {timeOf(annotation)}
              </span>
            </span>
            <DeleteButton label={t('delete')} name={annotation.text} onDelete={() => remove(annotation)} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
