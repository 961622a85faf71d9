/** Ends a switch over a union: a member without a case does not compile, and a value from outside the union is a bug. */
export function unreachable(value: never): never {
  throw new Error(`bug: unexpected ${JSON.stringify(value)}`);
}
