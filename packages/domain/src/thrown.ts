/**
 * What can be told of a thrown value, which may be anything: one without a text, one whose getters throw, a revoked proxy. Nothing
 * here ever throws: whoever tells of an error has nobody to tell of another one.
 */

/** What `look` finds; `undefined` when looking throws, which says nothing that was asked for. */
export function whenReadable<Found>(look: () => Found): Found | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** A property of it; `undefined` when it has none, or when reading it throws. */
export function readThrown(thrown: unknown, name: PropertyKey): unknown {
  if ((typeof thrown !== 'object' && typeof thrown !== 'function') || thrown === null) return undefined;
  return whenReadable((): unknown => Reflect.get(thrown, name));
}

/** The names of its own enumerable properties. */
export const ownNamesOfThrown = (thrown: object): string[] => whenReadable(() => Object.keys(thrown)) ?? [];

/** Its text; of what has none its JSON, or else what kind of thing it is. */
export const textOfThrown = (thrown: unknown): string =>
  whenReadable(() => String(thrown)) ??
  whenReadable(() => JSON.stringify(thrown) as string | undefined) ??
  `a thrown ${typeof thrown} that has no text`;

/** Whether it is an instance of the class; false when even that cannot be told. */
export const isThrown = <Thrown>(thrown: unknown, type: abstract new (...given: never[]) => Thrown): thrown is Thrown =>
  whenReadable(() => thrown instanceof type) ?? false;
