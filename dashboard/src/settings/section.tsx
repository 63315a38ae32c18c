/** A part of the settings: a card with a name, what it is for, and what went wrong in it. */
import type { ComponentChildren } from 'preact';
import { textOr } from '../i18n/text.ts';
import { Problem } from '../parts/problem.tsx';

interface Props {
  /** Of the texts `settings.NAME` and `settings.NAME.about`. */
  name: string;
  problem?: unknown;
  children: ComponentChildren;
}

export const Section = ({ name, problem, children }: Props) => (
  <section class="card settings-section" aria-labelledby={`settings-${name}`}>
    <h2 id={`settings-${name}`}>{textOr(`settings.${name}`, name)}</h2>
    <p class="faint">{textOr(`settings.${name}.about`, '')}</p>
    {problem ? <Problem problem={problem} /> : null}
    {children}
  </section>
);
