import type { HeldSaga, SagaClaimTerms } from '@eros/domain';
import type { Arrival, Author } from '../connection.js';
import type { Onlooker, World } from '../world.js';
import { SagaAccount, type Entry } from './saga-account.js';

interface Row {
  readonly sagaId: string;
  readonly epoch: number;
  readonly definition: { readonly name: string };
}

/** What operators write, and what a claim writes: not by the right of a holder. */
const NOT_THE_HOLDERS = new Set([
  'created',
  'claimed',
  'revived',
  'step_reopened',
  'undo_reopened',
  'step_skipped',
  'undo_skipped',
  'requested',
]);

/** Sees to it that one owner at a time writes to a saga, and that its journal tells of a saga that can be. */
export class SagaOnlooker implements Onlooker {
  readonly accounts = new Map<string, SagaAccount>();
  private readonly rows = new Map<string, Row>();

  constructor(private readonly world: World) {}

  onCommit(changed: readonly string[], author: Author | undefined): void {
    if (!changed.includes('saga_execution_log')) return;
    const session = this.world.database.on();
    const entries = session.table<{ readonly json: string }>('saga_journal');
    for (const row of session.table<Row>('saga_execution_log').values()) {
      if (this.rows.get(row.sagaId) === row) continue;
      this.rows.set(row.sagaId, row);
      const account = this.accountOf(row);
      const before = account.length;
      for (;;) {
        const entry = entries.get(`${row.sagaId}#${account.length + 1}`);
        if (!entry) break;
        this.entered(account, JSON.parse(entry.json) as Entry, author);
      }
      if (account.length === before) this.touched(account, author);
      this.world.demand(row.epoch === account.epoch, 'the row says what the journal says', row, account.epoch);
    }
  }

  /** A try of a step, or of its undo, begins in some process. */
  begins(type: 'execute' | 'undo', sagaId: string, step: string, fence: number, node: string): void {
    const account = this.accounts.get(sagaId);
    const facts = [type, sagaId, step, 'fence', fence, 'in', node];
    if (!account) return this.world.violate('a saga exists before its steps begin', ...facts);
    // A worker that has lost the saga and does not know it does no harm: its fence is a lower one.
    if (fence < account.claimSeq) return;
    const problem = account.problemOfTry(type, step);
    if (problem) this.world.violate(problem, ...facts, account.summary());
  }

  /** A try was never told to stop: then nobody else has the saga. */
  works(sagaId: string, fence: number): void {
    const account = this.accounts.get(sagaId);
    const isHeld = account !== undefined && fence >= account.claimSeq;
    this.world.demand(
      isHeld,
      'a step of a worker that lost the saga is told to stop',
      sagaId,
      'fence',
      fence,
      account?.summary(),
    );
  }

  private accountOf({ sagaId, definition }: Row): SagaAccount {
    const known = this.accounts.get(sagaId);
    if (known) return known;
    const account = new SagaAccount(sagaId, this.world.outside.definition(definition.name));
    this.accounts.set(sagaId, account);
    return account;
  }

  private entered(account: SagaAccount, entry: Entry, author: Author | undefined): void {
    const { world } = this;
    const { nowMs } = world.time;
    const facts = [account.sagaId, entry, 'by', author?.process.node, account.summary()];
    const isOperators = requestsOf(author, /\.request$/, account.sagaId).length > 0;
    if (entry.type === 'claimed') {
      world.demand(
        account.leaseUntilMs === undefined || nowMs >= account.leaseUntilMs,
        'no two live owners of a saga',
        ...facts,
      );
      world.demand(entry.epoch === account.epoch + 1, 'epochs of a saga grow by one', ...facts);
      world.demand(
        entry.isRecovery === (account.leaseUntilMs !== undefined),
        'a claim is a recovery unless the saga was handed back',
        ...facts,
      );
      account.leaseUntilMs = nowMs + leaseIn(author, account.sagaId);
    } else if (!NOT_THE_HOLDERS.has(entry.type) && !isOperators && !isParkedByClaim(entry)) {
      const append = arrivalsOf(author, /\.append$/, account.sagaId).at(-1);
      const held = (append?.args[0] as HeldSaga | undefined) ?? founderIn(author, account.sagaId);
      const isHolder =
        held !== undefined &&
        account.leaseUntilMs !== undefined &&
        held.owner === account.owner &&
        held.epoch === account.epoch;
      world.demand(
        isHolder,
        'a stale owner writes nothing',
        ...facts,
        held && { owner: held.owner, epoch: held.epoch },
      );
      // In a transaction the lease counts from the write, and the commit comes later.
      account.leaseUntilMs = (append?.atMs ?? nowMs) + (held?.leaseMs ?? 0);
    }
    const problem = account.enter(entry);
    if (problem) world.violate(problem, ...facts);
  }

  /** Something of the row changed, but nothing was entered: its lease. */
  private touched(account: SagaAccount, author: Author | undefined): void {
    const [renewed] = requestsOf(author, /\.renew$/, account.sagaId) as HeldSaga[];
    const [released] = requestsOf(author, /\.release$/, account.sagaId) as HeldSaga[];
    const held = renewed ?? released;
    if (!held) return;
    const isHolder = held.owner === account.owner && held.epoch === account.epoch && account.leaseUntilMs !== undefined;
    this.world.demand(
      isHolder,
      'a stale owner changes no lease',
      account.sagaId,
      held.owner,
      held.epoch,
      account.summary(),
    );
    account.leaseUntilMs = renewed ? this.world.time.nowMs + held.leaseMs : undefined;
  }
}

const isParkedByClaim = (entry: Entry): boolean => entry.type === 'parked' && entry.reason === 'recovered_too_often';

/** An author's calls of these names that speak of the saga. */
function arrivalsOf(author: Author | undefined, name: RegExp, sagaId: string): Arrival[] {
  const isOfSaga = (arg: unknown): boolean =>
    arg === sagaId || (typeof arg === 'object' && arg !== null && 'sagaId' in arg && arg.sagaId === sagaId);
  return (author?.requests ?? []).filter((request) => name.test(request.name) && isOfSaga(request.args[0]));
}

/** The first arguments of such calls. */
const requestsOf = (author: Author | undefined, name: RegExp, sagaId: string): unknown[] =>
  arrivalsOf(author, name, sagaId).map(({ args: [first] }) => first);

function leaseIn(author: Author | undefined, sagaId: string): number {
  const claim = author?.requests.find(({ name, args: [first] }) => name.endsWith('.claim') && first === sagaId);
  const terms = claim?.args[1] as SagaClaimTerms | undefined;
  return (terms ?? founderIn(author, sagaId))?.leaseMs ?? 0;
}

/** Who creates the saga and holds it from then on, by its first epoch. */
function founderIn(
  author: Author | undefined,
  sagaId: string,
): Pick<HeldSaga, 'owner' | 'epoch' | 'leaseMs'> | undefined {
  const create = author?.requests.find(
    ({ name, args: [first] }) => name.endsWith('.create') && (first as HeldSaga).sagaId === sagaId,
  );
  const holder = create?.args[1] as SagaClaimTerms | undefined;
  return holder && { owner: holder.owner, epoch: 1, leaseMs: holder.leaseMs };
}
