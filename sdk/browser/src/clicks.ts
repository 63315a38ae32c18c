import type { Emit, Properties } from './event.js';
import { on } from './safely.js';

const downloads = /\.(csv|dmg|exe|gz|mp[34]|pdf|rar|txt|zip|(doc|ppt|xls)x?)$/i;

/** Counts clicks on external links, downloads and elements with `data-track`, and submitted forms. */
export function watchClicks(emit: Emit): void {
  /** `data-track="signup" data-track-plan="pro"` becomes the event `signup` with the property `plan`. */
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
    // The browser will also click the label's control, which would count twice.
    if (named && (control === target || !named.contains(control as Element))) emitNamed(named);
    const link = target.closest<HTMLAnchorElement>(':any-link');
    // Links to mail addresses and phone numbers have no host.
    if (!link?.host) return;
    if (downloads.test(link.pathname)) emit('download', { url: link.href });
    else if (link.host !== location.host) emit('outbound', { url: link.href });
  });

  on('submit', ({ target }: Event & OfElement) => {
    // Attributes, because form fields called id, name or action would shadow the properties.
    const form = target.getAttribute('id') || target.getAttribute('name');
    emit('form_submit', { form, action: target.getAttribute('action') });
    if (target.getAttribute('data-track')) emitNamed(target);
  });
}

/** Narrows the target, which is an element for all of these events. */
interface OfElement {
  target: Element;
}
