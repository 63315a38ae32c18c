/** What may be wider than the screen: it scrolls by itself, also by keyboard, and the page does not. */
import type { ComponentChildren } from 'preact';

export const ScrollBox = ({ label, children }: { label: string; children: ComponentChildren }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: without it nobody could scroll it by keyboard.
  <section class="scroll-box" aria-label={label} tabIndex={0}>
    {children}
  </section>
);
