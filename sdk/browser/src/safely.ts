/** Wraps a function so that it never throws: our errors must not become the page's. */
export function safely<A extends unknown[]>(fn: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      fn(...args);
    } catch (error) {
      // biome-ignore lint/suspicious/noConsole: browsers hide this level by default
      console.debug(error);
    }
  };
}

/** Listens in the capture phase, so nothing on the page can stop the event first. `types` are separated by spaces. */
export function on<E extends Event>(types: string, work: (event: E) => void): void {
  for (const type of types.split(' ')) addEventListener(type, safely(work) as (event: Event) => void, true);
}
