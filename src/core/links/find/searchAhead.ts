/** So many documents are searched at a time; the next are read meanwhile. */
const ahead = 8;

/**
 * Searches documents while further ones are read, and gives what was found in the order of the documents.
 * Ends when it is stopped; then nobody waits for what is still searched.
 * @throws the first error of reading or searching
 */
export async function* searchAhead<Text, Found>(
  texts: AsyncIterable<Text>,
  search: (text: Text) => Promise<Found>,
  signal: AbortSignal,
): AsyncGenerator<Found> {
  const searched: Promise<Found>[] = [];
  for await (const text of texts) {
    if (signal.aborted) return;
    const found = search(text);
    // Whoever waits for it hears of its error; until then it is no error that nobody has heard of.
    found.catch(() => undefined);
    searched.push(found);
    const next = searched.length < ahead ? undefined : searched.shift();
    if (next) yield await next;
  }
  for (const found of searched) {
    if (signal.aborted) return;
    yield await found;
  }
}
