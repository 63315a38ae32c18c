/** A field with a label above it and an explanation below. */
import type { VNode } from 'preact';
import { cloneElement } from 'preact';

interface Props {
  /** Of the explanation; unique on the page. */
  id: string;
  label: string;
  about: string;
  /** The input. */
  children: VNode<{ id?: string; 'aria-describedby'?: string }>;
}

export const DescribedField = ({ id, label, about, children }: Props) => (
  <div class="described">
    <label htmlFor={`${id}-field`}>{label}</label>
    {cloneElement(children, { id: `${id}-field`, 'aria-describedby': id })}
    <small id={id}>{about}</small>
  </div>
);
