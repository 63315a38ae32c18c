/** Content wider than the screen scrolls inside this box, also by keyboard, instead of scrolling the page. */
import type { ComponentChildren } from 'preact';

export const ScrollBox = ({ label, children }: { label: string; children: ComponentChildren }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: otherwise it cannot be scrolled by keyboard.
  <section class="scroll-box" aria-label={label} tabIndex={0}>
    {children}
  </section>
);
