/** A field with a label above it and a sentence below, which says more than its name. */
import type { VNode } from 'preact';
import { cloneElement } from 'preact';

interface Props {
  /** Of the element that has the sentence; once on a page. */
  id: string;
  label: string;
  about: string;
  /** The input. */
  children: VNode<{ 'aria-describedby'?: string }>;
}

export const Described = ({ id, label, about, children }: Props) => (
  <div class="described">
    {/* biome-ignore lint/a11y/noLabelWithoutControl: the input is what it is given. */}
    <label>
      {label}
      {cloneElement(children, { 'aria-describedby': id })}
    </label>
    <small id={id}>{about}</small>
  </div>
);
