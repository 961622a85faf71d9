/** SHA-256 of the text's UTF-8 bytes, as 64 lower-case hex digits. Synchronous. */
export type Sha256 = (text: string) => string;

/** Fresh ids (UUIDs). */
export interface Ids {
  next(): string;
}

/** Shaped like pino: the facts first, then the message. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
