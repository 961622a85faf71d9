/**
 * The seed of a property test: `EROS_SEED` if the caller found a `env` with one, else fixed by the property's name, so that a
 * run is repeatable. Printed by the test that uses it.
 */
export function propertySeed(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash | 0;
}
