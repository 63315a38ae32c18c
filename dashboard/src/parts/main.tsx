/** What a page is about. It has the focus when the reader comes from another page of ours, so that the keyboard and screen readers begin there. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { navigationCount } from '../router.ts';

export function Main({ class: className, children }: { class?: string; children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  const arrival = navigationCount.value;
  useEffect(() => {
    if (arrival > 0) main.current!.focus({ preventScroll: true });
  }, [arrival]);
  return (
    <main ref={main} class={className} tabIndex={-1}>
      {children}
    </main>
  );
}
