/** The main element. It takes the focus after a navigation, so that the keyboard and screen readers start there. */
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
