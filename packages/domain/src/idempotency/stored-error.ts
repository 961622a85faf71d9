import { erosErrorBrand, isErosError } from '../errors.js';
import { storableText } from '../storable-text.js';
import { isThrown, ownNamesOfThrown, readThrown, textOfThrown, whenReadable } from '../thrown.js';
import { canonicalJson } from './canonical-json.js';
import { StoredOperationError } from './errors.js';
import { utf8Bytes } from './result.js';

/** A terminal error as it is stored. JSON. */
export interface StoredError {
  /** The class: `InvalidCaptionError`. */
  readonly name: string;
  readonly code?: string | number;
  readonly message: string;
  /** The error's other own fields, as far as they are JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Its own fields that are dates, in ms since 1970 UTC; absent when there are none. */
  readonly datesMs?: Readonly<Record<string, number>>;
  /** Whether it was one of our classes, and not only of the same name. Rows of earlier releases do not say. */
  readonly isOurs?: boolean;
}

/** Makes an error of what was stored: one of our own classes, or `undefined` when the name is not ours. */
export type ReviveError = (stored: StoredError) => Error | undefined;

/** Longest stored message, in UTF-16 units; the rest is cut off. */
export const STORED_MESSAGE_MAX = 10_000;
/** Largest stored fact, in bytes of its JSON. */
export const STORED_FACT_BYTES_MAX = 10_000;

/**
 * Whether an error ends the operation for good when its owner gives no rule: it says so itself (`terminal === true`),
 * or it is one of ours about the input, which the same input will meet again (codes `invalid_...`).
 * `invalid_transition` is not one of these: it speaks of the stored state, which may change.
 */
export function isTerminalByDefault(error: unknown): boolean {
  if (readThrown(error, 'terminal') === true) return true;
  if (!isErosError(error)) return false;
  const code = textOfThrown(readThrown(error, 'code'));
  return code.startsWith('invalid_') && code !== 'invalid_transition';
}

/**
 * What is stored of a thrown value. Facts that are neither JSON nor dates or over 10 kB, stack and cause are left out: they mean
 * nothing elsewhere. Never throws, whatever was thrown.
 */
export function storedErrorOf(thrown: unknown): StoredError {
  if (!isThrown(thrown, Error)) return { name: 'NonError', message: storableMessage(describe(thrown)), facts: {} };
  const code = readThrown(thrown, 'code');
  const fields = fieldsOf(thrown);
  const dates = fields.flatMap(([name, value]) => (isThrown(value, Date) ? [[name, Number(value)] as const] : []));
  const datesMs = Object.fromEntries(dates.filter(([, atMs]) => Number.isFinite(atMs)));
  return {
    name: storableMessage(textOfThrown(readThrown(thrown, 'name') ?? 'Error')),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: storableCode(code) } : {}),
    message: storableMessage(textOfThrown(readThrown(thrown, 'message') ?? '')),
    facts: Object.fromEntries(fields.filter(([name, value]) => isStorableFact(name, value))),
    ...(Object.keys(datesMs).length === 0 ? {} : { datesMs }),
    isOurs: isErosError(thrown),
  };
}

/** The error to throw for a stored one: our own class again, else `StoredOperationError`. */
export function revivedError(stored: StoredError, revive: ReviveError): Error {
  return revive(stored) ?? new StoredOperationError(stored.name, stored.code, stored.message, allFacts(stored));
}

/**
 * Revives the error classes among some exports, found by their names. A revived error has the class, name, code,
 * message and fields of the original, and the stack of the place that met it again; its constructor does not run.
 *
 * @example const revive = reviverOf(await import('@eros/domain'));
 */
export function reviverOf(exports: Readonly<Record<string, unknown>>): ReviveError {
  const prototypes = new Map(
    Object.entries(exports).flatMap(([name, value]) => (isErrorClass(value) ? [[name, value.prototype]] : [])),
  );
  return (stored) => {
    const { name, code, message, isOurs = true } = stored;
    const prototype = prototypes.get(name);
    if (prototype === undefined || !isOurs) return undefined;
    // A real Error (with a stack) first, then its class: calling the constructor would need arguments that nobody
    // stored.
    const error: Error = Object.setPrototypeOf(new Error(message), prototype);
    return Object.assign(error, allFacts(stored), { name, code, [erosErrorBrand]: true });
  };
}

const OWN_FIELDS: ReadonlySet<string> = new Set(['name', 'code', 'message', 'stack', 'cause']);

function isErrorClass(value: unknown): value is { readonly prototype: Error } {
  return typeof value === 'function' && value.prototype instanceof Error;
}

/** What is no own field of every error. What cannot be read is `undefined`. */
function fieldsOf(thrown: Error): [string, unknown][] {
  return ownNamesOfThrown(thrown)
    .filter((name) => !OWN_FIELDS.has(name))
    .map((name) => [name, readThrown(thrown, name)]);
}

function allFacts({ facts, datesMs = {} }: StoredError): Record<string, unknown> {
  const dates = Object.entries(datesMs).map(([name, atMs]) => [name, new Date(atMs)]);
  return { ...facts, ...Object.fromEntries(dates) };
}

function isStorableFact(name: string, value: unknown): boolean {
  const json = whenReadable(() => canonicalJson({ [name]: value }));
  return json?.type === 'canonical' && !json.text.includes('\\u0000') && utf8Bytes(json.text) <= STORED_FACT_BYTES_MAX;
}

function storableCode(code: string | number): string | number {
  return typeof code === 'number' && Number.isFinite(code) ? code : storableMessage(String(code));
}

/** Without what some database or JSON cannot hold: NUL and unpaired surrogates become the replacement character. */
const storableMessage = (text: string): string => storableText(text, STORED_MESSAGE_MAX);

const describe = (thrown: unknown): string => {
  const json = whenReadable(() => canonicalJson(thrown));
  return typeof thrown === 'string' ? thrown : json?.type === 'canonical' ? json.text : `a ${typeof thrown}`;
};
