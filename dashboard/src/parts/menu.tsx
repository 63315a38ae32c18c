/** A button with a popup below it that closes with Esc or when anything else is used. */
import { signal } from '@preact/signals';
import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** The name of the open menu. */
export const openMenu = signal<string | undefined>(undefined);
/** Moves the focus back to the button, since the focused element disappears. */
export function closeMenu(): void {
  document.querySelector<HTMLElement>(`.menu.${openMenu.value} > button`)?.focus();
  openMenu.value = undefined;
}

interface MenuProps {
  name: string;
  /** The content of the button. */
  children: ComponentChildren;
  /** The accessible name, if the content is not enough. */
  label?: string;
  /** The content of the popup. */
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
    // biome-ignore lint/a11y/noStaticElementInteractions: handles keys of the buttons inside.
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
