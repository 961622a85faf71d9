import { AsyncLocalStorage } from 'node:async_hooks';
import { TransactionTimeoutError, type Transaction } from '@eros/domain';
import type { CallsGoingOut, Hearing } from './onlookers/calls-going-out.js';
import { StoreFaultError, type Fate } from './faults.js';
import { never, type VirtualProcess } from './virtual-process.js';
import type { World } from './world.js';

/** A call to a store, as those who look on see it. */
export interface Request {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** A call that has reached the database, and when: before the commit, if it is one of a transaction. */
export interface Arrival extends Request {
  readonly atMs: number;
}

/** Who made a commit, by which calls. */
export interface Author {
  readonly process: VirtualProcess;
  readonly requests: Arrival[];
}

/** What a transaction may be asked with. Works take turns here, so a repeatable one is run once. */
interface TransactionOptions {
  readonly timeoutMs?: number;
  readonly isRepeatable?: boolean;
}

const authorship = new AsyncLocalStorage<Author>();
/** Whose commit is being made. */
export const presentAuthor = (): Author | undefined => authorship.getStore();

/** What a client may send two times: it is answered the same, or changes nothing the second time. */
const DOUBLES = /\.(renew|release|create|claimable|find|list|lookup|load|read|readAll|sweep)$/;

/** The way of a process to the database, on which requests and answers are late, are lost, and come twice. */
export class Connection {
  constructor(
    private readonly world: World,
    private readonly process: VirtualProcess,
    private readonly calls: CallsGoingOut,
  ) {}

  /** A store whose every call goes this way. */
  to<Store extends object>(label: string, store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) =>
          this.call({ name: `${label}.${String(name)}`, args }, async () => Reflect.apply(method, target, args));
      },
    });
  }

  /** Opens a transaction, which ends with the process, with the connection, and when it takes too long. */
  async transaction<T>(work: (tx: Transaction) => Promise<T>, { timeoutMs }: TransactionOptions = {}): Promise<T> {
    const { world, process } = this;
    const fate = world.faults.fateOf(false);
    const author: Author = { process, requests: [] };
    await this.send('transaction', fate);
    const settled = await settle(() =>
      authorship.run(author, () =>
        world.database.transaction((tx) => {
          world.authors.set(tx, author);
          return this.whileOpen(timeoutMs, async (assertOpen) => {
            await process.wait(fate.toMs);
            assertOpen(); // no work begins on a transaction whose beginning was never answered
            return work(tx);
          });
        }),
      ),
    );
    return this.answer('transaction', fate, settled);
  }

  private async call<T>(request: Request, effect: () => Promise<T>): Promise<T> {
    const { world, process } = this;
    const tx = request.args.find(
      (arg): arg is object => typeof arg === 'object' && arg !== null && world.authors.has(arg),
    );
    const opened = tx && world.authors.get(tx);
    const fate = world.faults.fateOf(!opened && DOUBLES.test(request.name));
    const heard = request.name.startsWith('breakers.') ? this.calls.asks(request) : undefined;
    await this.send(request.name, fate, opened !== undefined).catch((error: unknown) => {
      heard?.({ error });
      throw error;
    });
    const author = opened ?? { process, requests: [] };
    const arrival = { ...request, atMs: world.time.nowMs };
    author.requests.push(arrival);
    const settled = await settle(() => authorship.run(author, effect));
    if (fate.fault === 'twice') await settle(() => authorship.run({ process, requests: [arrival] }, effect));
    return this.answer(request.name, fate, settled, heard);
  }

  /** The request on its way. Once it has left, the process may stand still or die: it arrives. */
  private async send(name: string, fate: Fate, isInside = false): Promise<void> {
    const { world, process } = this;
    if (process.isDead) return never();
    if (fate.blow?.when === 'before') await this.befall(fate.blow);
    await new Promise<void>((arrive) => void world.time.after(fate.toMs, arrive));
    if (!isInside && world.outage) {
      world.trace.note(process.node, name, 'cannot reach the database');
      if (world.outage.isSilent) await new Promise<void>((end) => world.outage?.onEnd.push(end));
      return this.fail(fate, 'the database cannot be reached');
    }
    if (fate.fault === 'refused') {
      world.trace.note(process.node, name, 'is refused');
      return this.fail(fate, 'the request did not arrive');
    }
  }

  private async answer<T>(name: string, fate: Fate, settled: Settled<T>, heard?: Hearing): Promise<T> {
    const { world, process } = this;
    if (process.isDead) return never();
    world.trace.note(process.node, name, ...(settled.error ? ['failed:', settled.error] : [settled.value ?? '']));
    if (fate.blow?.when === 'after') await this.befall(fate.blow);
    await process.wait(fate.backMs);
    heard?.(fate.fault === 'lost' ? { error: 'lost' } : settled);
    if (fate.fault === 'lost') {
      world.trace.note(process.node, name, 'was answered, but the answer is lost');
      return this.fail(fate, 'the answer did not come back');
    }
    if (settled.error) throw settled.error.thrown;
    return settled.value as T;
  }

  private async fail(fate: Fate, reason: string): Promise<never> {
    await this.process.wait(fate.backMs);
    throw new StoreFaultError(reason);
  }

  private async befall({ type, ms }: NonNullable<Fate['blow']>): Promise<void> {
    if (this.world.isCalm) return;
    if (type === 'crash') {
      this.world.restartAfterMs.set(this.process, ms);
      this.process.crash();
      return never();
    }
    this.process.pause(ms);
    return this.process.wait(0);
  }

  private whileOpen<T>(timeoutMs: number | undefined, work: (assertOpen: () => void) => Promise<T>): Promise<T> {
    const { world, process } = this;
    const broken = () => new StoreFaultError('the connection is gone, and the transaction with it');
    if (process.isDead) return Promise.reject(broken());
    let isOver = false;
    const assertOpen = (): void => {
      if (isOver) throw broken();
    };
    return new Promise<T>((resolve, reject) => {
      const end = (error: Error): void => {
        isOver = true;
        reject(error);
      };
      const ends = [
        process.onDeath(() => end(broken())),
        world.onOutage(() => end(broken())),
        // A server does not let a silent client hold others up for ever.
        world.time.after(world.idleTransactionMs, () => end(broken())),
        ...(timeoutMs === undefined
          ? []
          : [process.schedule(() => end(new TransactionTimeoutError(timeoutMs)), timeoutMs)]),
      ];
      work(assertOpen)
        .then(resolve, reject)
        .finally(() => ends.forEach((end) => end()));
    });
  }
}

interface Settled<T> {
  readonly value?: T;
  readonly error?: { readonly thrown: unknown; readonly toJSON: () => unknown };
}

async function settle<T>(work: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await work() };
  } catch (thrown) {
    return {
      error: { thrown, toJSON: () => (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : thrown) },
    };
  }
}
