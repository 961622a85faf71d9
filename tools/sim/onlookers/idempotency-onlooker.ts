import { storedKeyOf, type IdempotencyRequest, type IdempotencyState, type OperationKey } from '@eros/domain';
import type { Author } from '../connection.js';
import type { Onlooker, World } from '../world.js';

interface Row {
  readonly storedKey: string;
  readonly state: IdempotencyState;
}

/** What is known of a key from the requests that were granted: no arithmetic of the store's. */
interface Known {
  readonly state: IdempotencyState;
  readonly leaseUntilMs: number;
  /** From here on the key is free. */
  readonly freeFromMs: number;
}

const isHolder = (request: IdempotencyRequest, { owner, epoch }: { owner: string; epoch: number }): boolean =>
  'owner' in request && 'epoch' in request && request.owner === owner && request.epoch === epoch;

/** Sees to it that one owner at a time holds a key, and that what is stored under it stays. */
export class IdempotencyOnlooker implements Onlooker {
  private readonly known = new Map<string, Known>();
  private readonly highest = new Map<string, number>();
  private readonly told = new Map<string, string>();

  constructor(private readonly world: World) {}

  onCommit(changed: readonly string[], author: Author | undefined): void {
    if (!changed.includes('timing_idempotency')) return;
    const rows = this.world.database.on().table<Row>('timing_idempotency').values();
    for (const { storedKey, state } of rows) {
      if (this.known.get(storedKey)?.state !== state) this.changed(storedKey, state, author);
    }
    const kept = new Set(rows.map(({ storedKey }) => storedKey));
    for (const [storedKey, known] of this.known) if (!kept.has(storedKey)) this.deleted(storedKey, known);
  }

  /** A caller was told what an operation came to. All callers of one run are told the same. */
  toldCaller(key: string, end: unknown): void {
    const json = JSON.stringify(end);
    const before = this.told.get(key);
    this.world.demand(before === undefined || before === json, 'one key, one end', key, 'was', before, 'now', json);
    this.told.set(key, json);
  }

  /** Work that was not told to stop still holds its claim. */
  works(id: OperationKey, fence: number): void {
    const state = this.known.get(storedKeyOf(id))?.state;
    const isHeld = state?.status === 'running' && state.epoch === fence;
    this.world.demand(isHeld, 'work whose claim is gone is told to stop', id, 'fence', fence, 'stored', state);
  }

  private changed(storedKey: string, state: IdempotencyState, author: Author | undefined): void {
    const { world } = this;
    const nowMs = world.time.nowMs;
    const before = this.known.get(storedKey);
    const was = before?.state ?? { status: 'none' };
    const request = requestIn(author, storedKey, state);
    const facts = [storedKey, 'was', was, 'is', state, 'by', author?.process.node, request];
    if (!request) return world.violate('a key changes by a request', ...facts);
    const isByHolder = was.status === 'running' && isHolder(request, was);
    switch (state.status) {
      case 'running': {
        if (was.status === 'running' && was.epoch === state.epoch) {
          world.demand(
            request.type === 'renew' && isByHolder && was.owner === state.owner,
            'a stale owner writes nothing',
            ...facts,
          );
          break;
        }
        world.demand(request.type === 'claim', 'a key is claimed by a claim', ...facts);
        world.demand(state.epoch > (this.highest.get(storedKey) ?? 0), 'epochs of a key only grow', ...facts);
        world.demand(
          was.status !== 'running' || nowMs >= (before?.leaseUntilMs ?? 0),
          'no two live owners of a key',
          ...facts,
        );
        world.demand(
          was.status !== 'done' || nowMs >= (before?.freeFromMs ?? 0),
          'a stored end stays until it expires',
          ...facts,
        );
        break;
      }
      case 'done':
        world.demand(isByHolder && was.epoch === state.epoch, 'a stale owner writes nothing', ...facts);
        break;
      case 'released':
        if (request.type === 'release') world.demand(isByHolder, 'a stale owner writes nothing', ...facts);
        else {
          const isFree =
            request.type === 'forget' && (was.status !== 'running' || nowMs >= (before?.leaseUntilMs ?? 0));
          world.demand(isFree, 'a live claim is not taken away', ...facts);
        }
        break;
      default:
        world.violate('a key has one of the known states', ...facts);
    }
    if (state.status !== 'none') {
      this.highest.set(storedKey, Math.max(state.epoch, this.highest.get(storedKey) ?? 0));
    }
    const leaseMs = 'leaseMs' in request ? request.leaseMs : 0;
    const ttlMs = 'ttlMs' in request ? request.ttlMs : 0;
    this.known.set(storedKey, {
      state,
      leaseUntilMs: nowMs + leaseMs,
      freeFromMs: endOf(state, nowMs) + leaseMs + ttlMs,
    });
  }

  private deleted(storedKey: string, { state, freeFromMs }: Known): void {
    const isOver = state.status === 'released' || this.world.time.nowMs >= freeFromMs;
    this.world.demand(isOver, 'only what has expired is swept', storedKey, state);
    this.known.delete(storedKey);
  }
}

const endOf = (state: IdempotencyState, nowMs: number): number => (state.status === 'done' ? state.doneAtMs : nowMs);

/** The request of a commit that speaks of the key; the latest, when there are several. */
function requestIn(
  author: Author | undefined,
  storedKey: string,
  state: IdempotencyState,
): IdempotencyRequest | undefined {
  const mine = (author?.requests ?? []).filter(
    ({ name, args: [id] }) => /\.(dispatch|forget)$/.test(name) && storedKeyOf(id as OperationKey) === storedKey,
  );
  const last = mine.at(-1);
  if (!last) return undefined;
  if (last.name.endsWith('.forget')) return { type: 'forget' };
  return state.status === 'none' ? undefined : (last.args[1] as IdempotencyRequest);
}
