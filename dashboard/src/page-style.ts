/** Styles that the first view does not wait for: `later` is what opens over it or is pointed at, `pages` that of all other pages. */

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

/** Settled once they are there, or cannot be had: a plain page is better than none. */
export function loadStyle(name: 'later' | 'pages'): Promise<void> {
  const pending = loading.get(name) ?? load(name);
  loading.set(name, pending);
  return pending;
}
