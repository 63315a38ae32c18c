/** Continues an iterator whose first item was read already, so that an early failure is known before anything is sent. */
export async function* startedBy<Item>(
  first: IteratorResult<Item, unknown>,
  rest: AsyncIterator<Item>,
): AsyncGenerator<Item> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
