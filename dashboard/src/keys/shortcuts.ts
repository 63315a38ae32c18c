/** What the keyboard shortcuts of a site's pages do. */
import { openFilterDialog } from '../filters/edited-filter.ts';
import { closeMenu, openMenu } from '../parts/menu.tsx';
import { chooseRange, move, startWithDates } from '../range/choose-range.ts';
import { navigate, rootUrl, route } from '../router.ts';
import { setTheme, theme, themes } from '../theme.ts';
import { defaultInterval, intervalsFor } from '../top/interval.ts';
import { changeView, clearFilters, view } from '../view.ts';
import { defaultView } from '../view-address.ts';
import { areKeysOn, openSheet } from './keys-state.ts';
import { rangeKeys } from './range-keys.ts';

function toggleComparison(): void {
  changeView({ compare: view.value.compare === 'off' ? defaultView.compare : 'off' });
}

function nextInterval(): void {
  const { range, interval = defaultInterval(range) } = view.value;
  const fitting = intervalsFor(range);
  const next = fitting[(fitting.indexOf(interval) + 1) % fitting.length];
  if (next && next !== interval) changeView({ interval: next });
}

function openRange(): void {
  startWithDates();
  openMenu.value = 'range';
}

function nextTheme(): void {
  setTheme(themes[(themes.indexOf(theme.value) + 1) % themes.length]!);
}

/** Visitors of a shared link have no list of sites. */
function showSites(): void {
  if (!route.value.slug) navigate(rootUrl());
}

const actions: Record<string, () => void> = {
  ...Object.fromEntries(Object.entries(rangeKeys).map(([range, key]) => [key.toLowerCase(), () => chooseRange(range)])),
  ...{ c: openRange, x: toggleComparison, i: nextInterval, '/': () => openFilterDialog(), s: showSites, t: nextTheme },
  ...{ '?': openSheet, arrowleft: () => move(-1), arrowright: () => move(1) },
};

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));

/** There the arrow keys scroll. */
const isArrowInBox = (name: string, target: EventTarget | null) =>
  name.startsWith('arrow') && target instanceof Element && target.closest('.scroll-box') !== null;

/** Closes the topmost thing first. A menu without the focus does not receive the key itself. */
function closeOrClear(): void {
  if (openMenu.value) closeMenu();
  else clearFilters();
}

/** On some keyboards these keys require Shift. */
const needsShift = (key: string) => key === '?' || key === '/';

/** Ignores all keys without a shortcut. */
export function act(event: KeyboardEvent): void {
  const { key, target, ctrlKey, altKey, metaKey, shiftKey, defaultPrevented, isComposing } = event;
  if (defaultPrevented || isComposing || ctrlKey || altKey || metaKey || isTyping(target)) return;
  if ((shiftKey && !needsShift(key)) || document.querySelector('dialog[open]')) return;
  const name = key.toLowerCase();
  if (name === 'escape') closeOrClear();
  if (!areKeysOn.value || !Object.hasOwn(actions, name) || isArrowInBox(name, target)) return;
  event.preventDefault();
  actions[name]!();
}
