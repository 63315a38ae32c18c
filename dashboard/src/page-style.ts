/** Stylesheets that do not block the first view: `later` for overlays and tooltips, `pages` for all other pages. */

const loading = new Map<string, Promise<void>>();

function load(name: string): Promise<void> {
  return new Promise((resolve) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = document.querySelector<HTMLMetaElement>(`meta[name="${name}-style"]`)!.content;
    link.onload = () => resolve();
    link.onerror = () => resolve();
    document.head.append(link);
  });
}

/** Also resolves when the stylesheet fails to load: an unstyled page is better than none. */
export function loadStyle(name: 'later' | 'pages'): Promise<void> {
  const pending = loading.get(name) ?? load(name);
  loading.set(name, pending);
  return pending;
}
