/** What is known of one thing that is compared: names and values in their order. */
export type Facts = readonly (readonly [name: string, value: string])[];

/** One fact that is not the same everywhere; an empty value where it is not known. */
export interface Difference {
  readonly name: string;
  readonly values: readonly string[];
}

/** What differs between things, in the order in which it is first named. */
export function differencesOf(things: readonly Facts[]): Difference[] {
  const names = new Set(things.flatMap(facts => facts.map(([name]) => name)));
  return [...names].flatMap(name => {
    const values = things.map(facts => facts.find(([each]) => each === name)?.[1] ?? '');
    return new Set(values).size > 1 ? [{ name, values }] : [];
  });
}
