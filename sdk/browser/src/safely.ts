/** The same function, but one that never throws: a fault of ours must not become one of the page. */
export function safely<A extends unknown[]>(fn: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      fn(...args);
    } catch (error) {
      // biome-ignore lint/suspicious/noConsole: browsers show this level only to those who look for it
      console.debug(error);
    }
  };
}

/** Listens before anybody on the page can stop the event. The types are separated by spaces. */
export function on<E extends Event>(types: string, work: (event: E) => void): void {
  for (const type of types.split(' ')) addEventListener(type, safely(work) as (event: Event) => void, true);
}
