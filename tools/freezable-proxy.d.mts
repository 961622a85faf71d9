export interface FreezableProxy {
  /** The server's, by way of the proxy. */
  readonly url: string;
  /** From now on nothing arrives any more, in neither direction, and nothing fails. */
  freeze(): void;
  /** Connections that are made from now on work again; those that there were stay silent. */
  thaw(): void;
  close(): Promise<void>;
}

export function freezableProxy(url: string): Promise<FreezableProxy>;
