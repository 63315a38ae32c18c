import type { Emit, Properties } from './event.js';
import { on } from './safely.js';

const downloads = /\.(csv|dmg|exe|gz|mp[34]|pdf|rar|txt|zip|(doc|ppt|xls)x?)$/i;

/** Makes events of links that lead away, of downloads, of elements with `data-track`, and of forms. */
export function watchClicks(emit: Emit): void {
  /** `data-track="signup" data-track-plan="pro"` is the event `signup` with the property `plan`. */
  const emitNamed = (element: Element): void => {
    const properties: Properties = {};
    for (const { name, value } of element.attributes) {
      if (name.startsWith('data-track-')) properties[name.slice(11)] = value;
    }
    emit(element.getAttribute('data-track') as string, properties);
  };

  on('click auxclick', ({ button, target }: MouseEvent & OfElement) => {
    // The right button opens a menu.
    if (button > 1) return;
    const named = target.closest('[data-track]:not(form)');
    const control = target.closest('label')?.control as Element | undefined;
    // The browser is about to click the control of a label too.
    if (named && (control === target || !named.contains(control as Element))) emitNamed(named);
    const link = target.closest<HTMLAnchorElement>(':any-link');
    // Addresses of mail and telephone have no host.
    if (!link?.host) return;
    if (downloads.test(link.pathname)) emit('download', { url: link.href });
    else if (link.host !== location.host) emit('outbound', { url: link.href });
  });

  on('submit', ({ target }: Event & OfElement) => {
    // Not the properties id, name and action: fields of the form that are called so would hide them.
    const form = target.getAttribute('id') || target.getAttribute('name');
    emit('form_submit', { form, action: target.getAttribute('action') });
    if (target.getAttribute('data-track')) emitNamed(target);
  });
}

/** An event of an element, as all of these are. */
interface OfElement {
  target: Element;
}
