/** What keys do on the page of a site. */
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

/** The list of sites is not for those who look at a shared link. */
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

/** There they scroll. */
const isArrowInBox = (name: string, target: EventTarget | null) =>
  name.startsWith('arrow') && target instanceof Element && target.closest('.scroll-box') !== null;

/** What lies on top goes first: a menu without the focus does not hear of the key itself. */
function closeOrClear(): void {
  if (openMenu.value) closeMenu();
  else clearFilters();
}

/** Some keyboards have these only together with others. */
const needsShift = (key: string) => key === '?' || key === '/';

/** Does nothing about keys that are not one of ours. */
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
