/** The site's annotations; new ones are added on the chart. */

import { formatSpan } from '../format-instant.ts';
import { t, textOr } from '../i18n/text.ts';
import { DeleteButton } from '../parts/delete-button.tsx';
import type { Annotation } from '../top/annotations.ts';
import { useResource } from '../use-resource.ts';
import { Section } from './section.tsx';
import { useChange } from './use-change.ts';

interface SectionProps {
  path: string;
  /** The site's; undefined while loading. */
  timezone: string | undefined;
}

export function AnnotationsSection({ path, timezone }: SectionProps) {
  const { value, problem, reload } = useResource<{ annotations: Annotation[] }>(path);
  const change = useChange();
  const remove = ({ id }: Annotation) => change.send(`${path}/${id}`, { method: 'DELETE' }, reload);
  return (
    <Section name="annotations" problem={problem} refusal={change.problem}>
      {value?.annotations.length === 0 && <p class="empty">{t('annotations.empty')}</p>}
      <ul class="rows">
        {value?.annotations.map((annotation) => (
          <li key={annotation.id}>
            <span>
              <strong>{annotation.text}</strong>{' '}
              <span class="faint">
                {textOr(`annotation.${annotation.kind}`, annotation.kind)} ·{' '}
                {timezone && formatSpan(annotation.at, annotation.until, timezone)}
              </span>
            </span>
            <DeleteButton label={t('delete')} name={annotation.text} onDelete={() => remove(annotation)} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
