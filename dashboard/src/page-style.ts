/** The styles of pages that come on demand, which the first page does not wait for. */

let loading: Promise<void> | undefined;

/** Settled once they are there, or cannot be had: a plain page is better than none. */
export function loadPageStyle(): Promise<void> {
  loading ??= new Promise((resolve) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = document.querySelector<HTMLMetaElement>('meta[name="style-of-pages"]')!.content;
    link.onload = () => resolve();
    link.onerror = () => resolve();
    document.head.append(link);
  });
  return loading;
}
