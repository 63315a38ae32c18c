/** A button that opens a small window below it, which closes with Esc, or once something else is used. */
import { signal } from '@preact/signals';
import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** The one that is open. */
export const openMenu = signal<string | undefined>(undefined);
/** Gives the focus to its button, since what had it goes. */
export function closeMenu(): void {
  document.querySelector<HTMLElement>(`.menu.${openMenu.value} > button`)?.focus();
  openMenu.value = undefined;
}

interface MenuProps {
  name: string;
  /** What the button shows. */
  children: ComponentChildren;
  /** Its name, where what it shows does not say enough. */
  label?: string;
  /** What the window shows. */
  content: ComponentType;
}

export function Menu({ name, children, label, content: Content }: MenuProps) {
  const root = useRef<HTMLDivElement>(null);
  const isOpen = openMenu.value === name;
  useEffect(() => {
    if (!isOpen) return;
    const closeIfOutside = ({ target }: Event) => {
      if (target instanceof Node && target.isConnected && !root.current?.contains(target)) openMenu.value = undefined;
    };
    for (const type of ['pointerdown', 'focusin']) document.addEventListener(type, closeIfOutside);
    return () => {
      for (const type of ['pointerdown', 'focusin']) document.removeEventListener(type, closeIfOutside);
    };
  }, [isOpen]);
  const closeByKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isOpen) return;
    event.stopPropagation();
    closeMenu();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears the keys of the buttons in it.
    <div class={`menu ${name}`} ref={root} onKeyDown={closeByKey}>
      <button
        type="button"
        class="control"
        aria-expanded={isOpen}
        aria-label={label}
        onClick={() => (openMenu.value = isOpen ? undefined : name)}
      >
        {children}
      </button>
      {isOpen && (
        <div class="menu-window">
          <Content />
        </div>
      )}
    </div>
  );
}
