/** A card of the settings with a heading, a description and its errors. */
import type { ComponentChildren } from 'preact';
import { textOr } from '../i18n/text.ts';
import { Problem } from '../parts/problem.tsx';
import { refreshNow } from '../use-request.ts';

interface Props {
  /** Used in the text names `settings.NAME` and `settings.NAME.about`. */
  name: string;
  /** Why its data failed to load. */
  problem?: unknown;
  /** Why a change was rejected. */
  refusal?: unknown;
  children: ComponentChildren;
}

export const Section = ({ name, problem, refusal, children }: Props) => (
  <section class="card settings-section" aria-labelledby={`settings-${name}`}>
    <h2 id={`settings-${name}`}>{textOr(`settings.${name}`, name)}</h2>
    <p class="faint">{textOr(`settings.${name}.about`, '')}</p>
    {problem ? <Problem problem={problem} again={refreshNow} /> : null}
    {refusal ? <Problem problem={refusal} /> : null}
    {children}
  </section>
);
