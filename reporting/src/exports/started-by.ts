/** What was begun with its first item, so that whoever began it knows what goes wrong until then. */
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
