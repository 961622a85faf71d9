/** A source of chance: each call gives the next number in [0, 1). */
export type Random = () => number;

/**
 * A source of chance that is a pure function of `seed`: the same text gives the same numbers on every machine, for ever.
 * Not for secrets. The seed is folded by four 32-bit multiply-xor lanes, the stream is sfc32 (Chris Doty-Humphrey's
 * small fast counter generator).
 */
export function seededRandom(seed: string): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let d = 0xdeadbeef ^ seed.length;
  for (let i = 0; i < seed.length; i++) {
    const unit = seed.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x85ebca6b);
    b = Math.imul(b ^ unit ^ (a >>> 15), 0xc2b2ae35);
    c = Math.imul(c ^ unit ^ (b >>> 13), 0x27d4eb2f);
    d = Math.imul(d ^ unit ^ (c >>> 16), 0x165667b1);
  }
  const next = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** A draw from the normal distribution (mean 0, sd 1), by Box and Muller; takes two numbers. */
export function normalDraw(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** The items in a fresh random order (Fisher and Yates); the input stays as it is. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
