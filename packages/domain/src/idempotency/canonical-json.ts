/** Why a value has no canonical JSON, and where: `.days[2].at`, empty for the value itself. */
export interface CanonicalRefusal {
  readonly type: 'refused';
  readonly path: string;
  /** What stands there, as the end of the sentence "it is ...". */
  readonly problem: string;
}

export type CanonicalJson = { readonly type: 'canonical'; readonly text: string } | CanonicalRefusal;

/** Objects and lists may be nested this deep; deeper ones are refused before the stack is used up. */
export const CANONICAL_DEPTH_MAX = 200;

/**
 * The canonical JSON of a value (RFC 8785): no white space, members ordered by the UTF-16 units of their names,
 * numbers and strings as ECMAScript writes them. Two values have the same text exactly when they are the same JSON.
 *
 * Whatever JSON would drop or change in silence is refused: `undefined` (also as a member and as a hole of a list),
 * NaN and the infinities, bigint, symbols, functions, dates and other class instances, members that JSON does not see
 * (symbol names, not enumerable), cycles, unpaired surrogates. The one exception is -0, which is 0. A value met twice
 * without a cycle is written twice.
 */
export function canonicalJson(value: unknown): CanonicalJson {
  const writer = new CanonicalWriter();
  const problem = writer.write(value);
  if (problem !== undefined) return { type: 'refused', path: writer.path(), problem };
  return { type: 'canonical', text: writer.text() };
}

/** Writes one value. On a refusal `steps` is left where it stands, so that the path costs nothing otherwise. */
class CanonicalWriter {
  private readonly parts: string[] = [];
  private readonly steps: (string | number)[] = [];
  private readonly ancestors = new Set<object>();

  text(): string {
    return this.parts.join('');
  }

  path(): string {
    return this.steps.map((step) => (typeof step === 'number' ? `[${step}]` : memberPath(step))).join('');
  }

  /** @returns what is wrong, or `undefined` when the value was written. */
  write(value: unknown): string | undefined {
    switch (typeof value) {
      case 'string':
        return this.writeString(value);
      case 'number':
        if (!Number.isFinite(value)) return `${value}`;
        this.parts.push(JSON.stringify(value));
        return undefined;
      case 'boolean':
        this.parts.push(value ? 'true' : 'false');
        return undefined;
      case 'object':
        if (value === null) {
          this.parts.push('null');
          return undefined;
        }
        return this.writeNested(value);
      case 'undefined':
        return 'undefined';
      default:
        return `a ${typeof value}`;
    }
  }

  private writeString(value: string): string | undefined {
    if (hasLoneSurrogate(value)) return 'text with an unpaired surrogate';
    this.parts.push(JSON.stringify(value));
    return undefined;
  }

  private writeNested(value: object): string | undefined {
    if (this.ancestors.has(value)) return 'part of a cycle';
    if (this.ancestors.size === CANONICAL_DEPTH_MAX) return `nested deeper than ${CANONICAL_DEPTH_MAX}`;
    this.ancestors.add(value);
    const problem = Array.isArray(value) ? this.writeList(value) : this.writeObject(value);
    this.ancestors.delete(value);
    return problem;
  }

  private writeList(list: readonly unknown[]): string | undefined {
    const stray = Reflect.ownKeys(list).find((name) => name !== 'length' && !isIndexOf(name, list));
    if (stray !== undefined) return `a list with the member ${String(stray)}`;
    this.parts.push('[');
    for (let index = 0; index < list.length; index += 1) {
      if (index > 0) this.parts.push(',');
      this.steps.push(index);
      const problem = this.write(list[index]);
      if (problem !== undefined) return problem;
      this.steps.pop();
    }
    this.parts.push(']');
    return undefined;
  }

  private writeObject(object: object): string | undefined {
    if (!isPlainObject(object)) return `an instance of ${classNameOf(object)}`;
    const hidden = Reflect.ownKeys(object).find((name) => typeof name === 'symbol' || !isEnumerable(object, name));
    if (hidden !== undefined) return `an object with the hidden member ${String(hidden)}`;
    this.parts.push('{');
    let isFirst = true;
    // Without a comparer, sort() goes by UTF-16 units: RFC 8785's order.
    for (const name of Object.keys(object).sort()) {
      if (!isFirst) this.parts.push(',');
      isFirst = false;
      this.steps.push(name);
      const problem = this.writeString(name) ?? this.writeMember(object, name);
      if (problem !== undefined) return problem;
      this.steps.pop();
    }
    this.parts.push('}');
    return undefined;
  }

  private writeMember(object: object, name: string): string | undefined {
    this.parts.push(':');
    return this.write(Reflect.get(object, name));
  }
}

const hasLoneSurrogate = (text: string): boolean => /\p{Surrogate}/u.test(text);

const isEnumerable = (object: object, name: PropertyKey): boolean =>
  Object.prototype.propertyIsEnumerable.call(object, name);

const isIndexOf = (name: PropertyKey, list: readonly unknown[]): boolean =>
  typeof name === 'string' && /^(0|[1-9]\d*)$/.test(name) && Number(name) < list.length;

/** Objects of `{}`, `JSON.parse` and `Object.create(null)`, also from another realm (a worker's, a test runner's). */
function isPlainObject(object: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(object);
  if (prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty');
}

function classNameOf(object: object): string {
  const { constructor } = object;
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'an unnamed class';
}

const memberPath = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
