import {
  assertWhy,
  decideSaga,
  definitionHash,
  EngineClosedError,
  InvalidDefinitionError,
  InvalidSettingsError,
  SagaHandedBackError,
  sweepDispatch,
  type HeldSaga,
  type SagaDispatch,
  type SagaFilter,
  type SagaHolder,
  type SagaRequest,
  type Why,
} from '@eros/domain';
import { AskedLease } from './asked-lease.js';
import { outlineOfDefinition, stepsOf, type SagaDefinition, type SagaStep } from './definition.js';
import { KnownCreators } from './known-creators.js';
import type { Saga, SagaHandle, StartSaga } from './saga.js';
import { inputOf } from './saga-ends.js';
import { SagaRun, type RegisteredSaga, type RunEnd } from './saga-run.js';
import type { SagaServicePorts } from './saga-service-ports.js';
import { sagaDetailView, sagaView, type SagaDetailView, type SagaViewPage, type UnclaimedSagas } from './saga-view.js';
import { SagaSweeper } from './saga-sweeper.js';
import { SagaWaits } from './saga-waits.js';
import { sagaSettings, type SagaSettings } from './settings.js';

type SagaWish = Wish<SagaRequest>;
type Wish<Request> = Request extends unknown ? Omit<Request, keyof Why> : never;

const PRIORITY_MAX = 2 ** 31 - 1;
/** This many sagas that wait for a late retry take up no room; their leases are renewed all the same. */
const SLEEPING_MAX = 1_000;

/** Durable sagas: defines, starts, executes, recovers and shows them. */
export class Sagas {
  private readonly registered = new Map<string, RegisteredSaga>();
  private readonly runs = new Map<string, SagaRun>();
  /** Starts and claims under way: closing waits for them, since each may come to hold a saga. */
  private readonly claims = new Set<Promise<unknown>>();
  private readonly knownCreators: KnownCreators;
  private readonly settings: SagaSettings;
  private readonly sweeper: SagaSweeper;
  private readonly waits: SagaWaits;
  /** Wake-ups that wait until this process has room for one saga more. */
  private readonly queue: (() => void)[] = [];
  /** Claims under way: each may become a run. */
  private claiming = 0;
  private isStarted = false;
  private isClosing = false;
  private readonly dispatch: SagaDispatch;
  private stopListening: () => Promise<void> = async () => undefined;

  constructor(
    private readonly ports: SagaServicePorts,
    settings: Partial<SagaSettings> = {},
  ) {
    this.settings = sagaSettings(settings);
    this.knownCreators = new KnownCreators(ports.creators);
    this.dispatch = ports.dispatch ?? sweepDispatch;
    const hashes = () => [...this.hashes()];
    const takeUp = (sagaId: string) => this.takeUp(sagaId);
    const runOf = (sagaId: string) => this.runs.get(sagaId);
    const isDefined = (hash: string) => this.registered.has(hash);
    this.waits = new SagaWaits({ ...ports, runOf, takeUp, isDefined }, this.settings.sweepMs);
    this.sweeper = new SagaSweeper({ ...ports, hashes, room: () => this.room, takeUp }, this.settings);
  }

  /**
   * Makes a definition known to this process, which then also recovers its sagas. The same definition may be given again; its
   * functions are then the new ones.
   *
   * @throws {InvalidDefinitionError} when it cannot be run, or when another definition has the name and version.
   */
  define<I>(definition: SagaDefinition<I>): Saga<I> {
    const outline = outlineOfDefinition(definition);
    const { name, version } = outline;
    const hash = definitionHash(outline, this.ports.sha256);
    const other = [...this.registered.values()].find(
      (each) => each.outline.name === name && each.outline.version === version && each.hash !== hash,
    );
    if (other) {
      const problem = `version ${version} is defined with other steps or policies: give the changed one version ${version + 1}`;
      throw new InvalidDefinitionError(name, [problem]);
    }
    // Input comes back from the journal as the JSON that was checked on starting.
    this.registered.set(hash, { outline, hash, steps: stepsOf(definition) as SagaStep<unknown>[] });
    return {
      name,
      version,
      start: (request) => this.startOne({ name, version, hash }, request),
      run: async (request) => (await this.startOne({ name, version, hash }, request)).wait(),
    };
  }

  async get(sagaId: string): Promise<SagaDetailView | undefined> {
    const saga = await this.ports.store.find(sagaId);
    return saga && sagaDetailView(saga, this.hashes());
  }

  /** Parked ones first, then the newest. @throws {InvalidSettingsError} for a bad cursor or limit. */
  async list(filter: SagaFilter = {}): Promise<SagaViewPage> {
    const { sagas, unreadable: damaged, cursor } = await this.ports.store.list(filter);
    const items = sagas.map((saga) => sagaView(saga, this.hashes()));
    const unreadable = damaged.map(({ sagaId, message }) => ({ sagaId, problem: message }));
    return {
      items,
      ...(unreadable.length === 0 ? {} : { unreadable }),
      ...(cursor === undefined ? {} : { cursor }),
    };
  }

  /**
   * Gives the step, or the undo, that a parked saga is stuck at fresh tries and time; whatever else is given up stays so. A started
   * engine with its definition goes on within one sweep, as after every act of an operator.
   *
   * @throws {UnknownSagaError}
   * @throws {NotParkedError} when it is not parked, or not at this step.
   * @throws {InvalidSettingsError} without a name or a reason.
   */
  retryStep(sagaId: string, step: string, why: Why): Promise<void> {
    return this.request(sagaId, why, { type: 'retry_step', step });
  }

  /**
   * Lets a parked saga go on as if the step, or the undo, that it is stuck at were done. The step has no result; if it is an effect
   * it is still undone when the saga fails later, since nobody knows what it did. Rejects as `retryStep` does.
   */
  skipStep(sagaId: string, step: string, why: Why): Promise<void> {
    return this.request(sagaId, why, { type: 'skip_step', step });
  }

  /**
   * Stops a saga that has not ended, and undoes what it did: it becomes `rolled_back`. Its steps are told to stop, and waited for. If
   * the pivot ends before that, the saga goes forward and its timeline says `request_refused`. A worker in another process takes
   * notice with its next write or the next renewal of its lease.
   *
   * @throws {UnknownSagaError}
   * @throws {SagaNotReversibleError} after the pivot (ended or skipped), after the end, and while it is being undone.
   * @throws {InvalidSettingsError} without a name or a reason.
   */
  cancel(sagaId: string, why: Why): Promise<void> {
    return this.request(sagaId, why, { type: 'cancel' });
  }

  /**
   * Undoes a saga that nobody is working on, also a completed one, also after its pivot: it becomes `rolled_back`. Takes the
   * place of a cancellation that no worker has carried out yet.
   *
   * @throws {UnknownSagaError}
   * @throws {SagaLeasedError} while a worker is executing it: cancel it instead, or wait.
   * @throws {SagaNotReversibleError} when it is undone, or being undone.
   * @throws {InvalidSettingsError} without a name or a reason.
   */
  rollBack(sagaId: string, why: Why): Promise<void> {
    return this.request(sagaId, why, { type: 'roll_back' });
  }

  /**
   * Gives a parked saga fresh tries, recoveries and time.
   *
   * @throws {UnknownSagaError}
   * @throws {NotParkedError}
   * @throws {InvalidSettingsError} without a name or a reason.
   */
  revive(sagaId: string, why: Why): Promise<void> {
    return this.request(sagaId, why, { type: 'revive' });
  }

  /** Sagas that wait for a worker with a definition that this process does not have, by name and version, the most first. */
  async unclaimed(): Promise<UnclaimedSagas[]> {
    const waiting = await this.ports.store.waiting([...this.hashes()]);
    return waiting.map(({ definition: { name, version }, count }) => ({ name, version, count }));
  }

  /** Begins to look for sagas that nobody works on: now, and from then on every `sweepMs`. */
  async start(): Promise<void> {
    if (this.isStarted || this.isClosing) return;
    this.isStarted = true;
    try {
      this.stopListening = await this.dispatch.listen((sagaId) => this.heed(sagaId));
    } catch (error) {
      this.isStarted = false;
      throw error;
    }
    if (!this.isClosing) await this.sweeper.sweep();
  }

  /**
   * Takes no new sagas, lets the present try of each end, and hands the leases back. Tries that last longer than `timeoutMs` are
   * aborted; their outcome stays unknown, and whoever takes the saga up repeats or undoes them.
   */
  async close({ timeoutMs = 5_000 }: { timeoutMs?: number } = {}): Promise<void> {
    this.isClosing = true;
    const sweepsEnd = this.sweeper.end();
    for (const run of this.runs.values()) run.stop(); // first of all: from now on the engine refuses steps what it does not begin
    this.waits.close();
    for (const goOn of this.queue.splice(0)) goOn();
    await this.stopListening();
    await sweepsEnd;
    await Promise.allSettled(this.claims); // told to their callers
    const runs = [...this.runs.values()];
    for (const run of runs) run.stop();
    const cancel = this.ports.schedule(() => runs.forEach((run) => run.interrupt()), timeoutMs);
    await Promise.all(runs.map((run) => this.handBack(run)));
    cancel();
    await this.dispatch.close();
  }

  /** Others need not wait for their sweep. */
  private async handBack(run: SagaRun): Promise<void> {
    const end = await run.end;
    if (end.type === 'handed_back') await this.tellOthers(run.sagaId);
  }

  private async request(sagaId: string, why: Why, wish: SagaWish): Promise<void> {
    assertWhy(why);
    const { by, reason } = why;
    await this.ports.store.request(sagaId, { ...wish, by, reason });
    const run = this.runs.get(sagaId);
    await (run ? run.lookUp() : this.tellOthers(sagaId));
  }

  /** Best effort: whoever is not told finds the saga by sweeping. */
  private async tellOthers(sagaId: string): Promise<void> {
    await this.dispatch
      .wake(sagaId)
      .catch((error: unknown) => this.ports.logger.warn({ sagaId, error }, 'a wake-up could not be sent'));
  }

  /** Takes up the saga of a wake-up, if it is still to be had, as soon as there is room for it. */
  private async heed(sagaId: string): Promise<void> {
    while (this.room <= 0 && !this.isClosing) {
      await new Promise<void>((resolve) => this.queue.push(resolve));
    }
    if (this.isClosing) throw new SagaHandedBackError(sagaId);
    await this.takeUp(sagaId);
  }

  private startOne<I>(definition: HeldSaga['definition'], request: StartSaga<I>): Promise<SagaHandle> {
    return this.waitedForByClose(this.createOne(definition, request));
  }

  private waitedForByClose<T>(claim: Promise<T>): Promise<T> {
    this.claims.add(claim);
    const forget = (): void => void this.claims.delete(claim);
    claim.then(forget, forget);
    return claim;
  }

  private async createOne<I>(
    definition: HeldSaga['definition'],
    { creatorId, input: given, sagaId = this.ports.ids.next(), transaction, priority }: StartSaga<I>,
  ): Promise<SagaHandle> {
    if (this.isClosing) throw new EngineClosedError(this.ports.databaseName);
    if (typeof sagaId !== 'string' || sagaId.trim() === '') {
      throw new InvalidSettingsError('sagaId', JSON.stringify(sagaId), 'a text that is not blank');
    }
    assertPriority(priority);
    const input = inputOf(definition.name, given);
    await this.knownCreators.assertKnown(creatorId, transaction);
    const saga = { sagaId, creatorId, definition, input };
    if (transaction) {
      await this.ports.store.create(saga, undefined, transaction);
      await this.dispatch.wake(sagaId, priority === undefined ? {} : { priority }, transaction);
    } else if (!(await this.hold(() => this.ports.store.create(saga, this.holderOf(definition))))) {
      await this.takeUp(sagaId);
    }
    return { sagaId, wait: () => this.waits.for(sagaId) };
  }

  /** This worker, as it creates a saga: the first steps are recorded as started with it. */
  private holderOf({ hash }: HeldSaga['definition']): SagaHolder {
    const saga = this.registered.get(hash);
    if (!saga) throw new Error(`bug: a saga of the unknown definition ${hash} was started`);
    return { begin: (state, atMs) => decideSaga({ type: 'begin', atMs }, state, saga.outline), ...this.terms() };
  }

  private terms() {
    const { leaseMs, recoveriesMax } = this.settings;
    return { owner: this.ports.node, leaseMs, recoveriesMax };
  }

  /**
   * Executes the saga if it is this worker's. Its lease is counted from the asking.
   *
   * @returns whether it became this worker's; one that comes while the process closes is handed back at once.
   */
  private hold(ask: () => Promise<HeldSaga | undefined>): Promise<boolean> {
    return this.waitedForByClose(this.claim(ask));
  }

  private async claim(ask: () => Promise<HeldSaga | undefined>): Promise<boolean> {
    const asked = new AskedLease(this.settings.leaseMs, this.ports.schedule);
    let held: HeldSaga | undefined;
    this.claiming += 1;
    try {
      held = await ask();
    } catch (error) {
      this.ports.failures?.met(error);
      throw error;
    } finally {
      this.claiming -= 1;
      if (!held) {
        asked.cancel();
        this.queue.shift()?.();
      }
    }
    if (!held) return false;
    if (!this.isClosing) {
      this.execute(held, asked);
      return true;
    }
    asked.cancel();
    await this.giveBack(held);
    return true;
  }

  /** Nothing of it was begun here. */
  private async giveBack(held: HeldSaga): Promise<void> {
    const { sagaId } = held;
    try {
      await this.ports.store.release(held);
    } catch (error) {
      this.ports.logger.warn(
        { sagaId, error },
        'the saga could not be handed back; others wait for the end of its lease',
      );
      return;
    }
    await this.tellOthers(sagaId);
  }

  private execute(held: HeldSaga, asked: AskedLease): void {
    const saga = this.registered.get(held.definition.hash);
    if (!saga) throw new Error(`bug: saga "${held.sagaId}" was claimed without its definition`);
    const place = { hasRoom: () => !this.isStarted || this.room > 0, isFree: () => this.useRoom() };
    const run = new SagaRun(held, asked, saga, { place, ...this.ports }, this.settings);
    this.runs.set(held.sagaId, run);
    // An older run of the same saga may end, having lost it, after a newer one has begun.
    void run.end.then((end) => {
      if (this.runs.get(held.sagaId) === run) this.runs.delete(held.sagaId);
      this.useRoom();
      if (end.type === 'ended') this.ports.failures?.forget();
      if (end.type === 'broken') this.ports.failures?.met(end.error);
      this.ports.logger.debug({ sagaId: held.sagaId, name: saga.outline.name, ...toldOf(end) }, 'done with a saga');
    });
  }

  private useRoom(): void {
    this.queue.shift()?.();
    this.sweeper.goOn();
  }

  /** Claims a saga that nobody holds. */
  private takeUp(sagaId: string): Promise<boolean> {
    return this.hold(() => this.ports.store.claim(sagaId, this.terms(), [...this.hashes()]));
  }

  /** How many sagas more may be executed here. */
  private get room(): number {
    const asleep = [...this.runs.values()].filter(({ isAsleep }) => isAsleep).length;
    return this.settings.runningMax - (this.runs.size - Math.min(asleep, SLEEPING_MAX)) - this.claiming;
  }

  private hashes(): Set<string> {
    return new Set(this.registered.keys());
  }
}

/** What pg-boss keeps: refused everywhere, so that a start does not fail only where that is there. */
function assertPriority(priority: unknown): void {
  if (priority === undefined || (Number.isInteger(priority) && Math.abs(priority as number) <= PRIORITY_MAX)) return;
  throw new InvalidSettingsError('priority', JSON.stringify(priority) ?? 'none', 'a whole number of 31 bits');
}

/** What a log says of the end of a run. */
const toldOf = (end: RunEnd) =>
  end.type === 'ended' ? { end: end.state.parked ? 'parked' : end.state.status } : { end: end.type };
