import type { SimulatedDefinition } from '../outside.js';

/** A journal entry, as far as it is looked at. */
export interface Entry {
  readonly type: string;
  readonly step?: string;
  readonly epoch?: number;
  readonly owner?: string;
  readonly isRecovery?: boolean;
  readonly reason?: string;
  readonly cause?: { readonly type: string };
}

const ENDS = ['completed', 'failed', 'rolled_back'];

/**
 * What the journal of one saga tells, kept as plain sets: simpler than the machine, so that both are not wrong in the same way.
 * Answers with the rule that an entry, or a try, has broken.
 */
export class SagaAccount {
  length = 0;
  epoch = 0;
  owner = '';
  /** The number of the latest claim's entry. */
  claimSeq = 0;
  /** Absent: nobody holds it, or it was handed back. */
  leaseUntilMs: number | undefined;
  end: string | undefined;
  parkedFor: string | undefined;
  readonly started: string[] = [];
  readonly ended = new Set<string>();
  readonly skipped = new Set<string>();
  readonly undosStarted: string[] = [];
  readonly undosOver = new Set<string>();
  /** Undos that operators let pass for done. */
  readonly undosSkipped = new Set<string>();
  isGoingBack = false;
  private isGoingBackAtAWish = false;
  /** An operator wishes that all be undone. */
  isRequested = false;
  private readonly running = new Set<string>();
  private readonly failed = new Set<string>();
  private readonly undosFailed = new Set<string>();

  constructor(
    readonly sagaId: string,
    readonly definition: SimulatedDefinition,
  ) {}

  /** Nothing will happen to it by itself. */
  get isAtRest(): boolean {
    return this.isParked || (this.end !== undefined && !this.isRequested);
  }

  get isParked(): boolean {
    return this.parkedFor !== undefined;
  }

  enter(entry: Entry): string | undefined {
    this.length += 1;
    const { type, step = '' } = entry;
    if (this.end !== undefined && !this.isRequested && type !== 'requested') return 'what has ended stays as it is';
    switch (type) {
      case 'claimed':
        [this.epoch, this.owner, this.claimSeq] = [entry.epoch ?? 0, entry.owner ?? '', this.length];
        return this.isParked ? 'a parked saga is claimed by nobody' : undefined;
      case 'step_started':
      case 'step_ended':
      case 'step_failed':
      case 'step_aborted':
      case 'step_skipped':
      case 'step_reopened':
        return this.enterStep(type, step);
      case 'compensation_started':
        if (this.isPastPivot && !this.isRequested) return 'after the pivot a saga only goes forward';
        [this.isGoingBack, this.end] = [true, undefined];
        this.isGoingBackAtAWish = entry.cause?.type === 'requested';
        return undefined;
      case 'undo_started':
        this.undosStarted.push(step);
        return this.problemOfUndo(step);
      case 'undo_ended':
        this.undosOver.add(step);
        return this.undosStarted.includes(step) ? undefined : 'an undo ends after its start';
      case 'undo_failed':
        this.undosFailed.add(step);
        return undefined;
      case 'undo_skipped':
        this.undosSkipped.add(step);
        this.undosOver.add(step);
        return this.unpark(this.undosFailed, step, type);
      case 'undo_reopened':
        return this.unpark(this.undosFailed, step, type);
      case 'revived':
        this.undosFailed.clear();
        // Going back, it is the undos that go on: a step that has failed stays failed.
        if (!this.isGoingBack) for (const each of this.failed) this.running.add(each);
        this.failed.clear();
        this.parkedFor = undefined;
        return undefined;
      case 'parked':
        [this.parkedFor, this.leaseUntilMs] = [entry.reason ?? '', undefined];
        return undefined;
      case 'requested':
        [this.isRequested, this.parkedFor] = [true, undefined];
        return undefined;
      case 'request_refused':
        this.isRequested = false;
        return undefined;
      default:
        return ENDS.includes(type) ? this.problemOfEnd(type) : undefined;
    }
  }

  private enterStep(type: string, step: string): string | undefined {
    if (type === 'step_started') {
      if (this.isGoingBack) return 'a saga that goes back starts no step';
      if (this.started.includes(step)) return 'a step is started once';
      this.started.push(step);
      this.running.add(step);
      return this.isInOrder(step) ? undefined : 'steps start in the order of the definition';
    }
    const isRunning = this.running.has(step);
    if (type === 'step_reopened') this.running.add(step);
    else this.running.delete(step);
    switch (type) {
      case 'step_ended':
        this.ended.add(step);
        return isRunning ? undefined : 'a step ends once, after its start';
      case 'step_failed':
        this.failed.add(step);
        return undefined;
      case 'step_skipped':
        this.skipped.add(step);
        return this.unpark(this.failed, step, type);
      case 'step_reopened':
        return this.unpark(this.failed, step, type);
      default:
        return undefined;
    }
  }

  /** An operator has decided about one of those that it was parked at: a skipped one leaves it parked at the others. */
  private unpark(failed: Set<string>, step: string, type: string): string | undefined {
    if (!this.isParked) return 'operators decide about what is parked';
    failed.delete(step);
    const isSkip = type.endsWith('_skipped');
    const staysParked = isSkip && failed.size > 0 && this.parkedFor?.endsWith('_exhausted');
    if (!staysParked) this.parkedFor = undefined;
    return undefined;
  }

  /** What is wrong with a try by the present holder. */
  problemOfTry(type: 'execute' | 'undo', step: string): string | undefined {
    if (this.isAtRest) return 'nothing is tried of a saga that has ended, or is parked';
    if (type === 'undo') {
      if (!this.undosStarted.includes(step)) return 'an undo is recorded before it begins';
      return this.undosOver.has(step) ? 'an undo that has succeeded is not repeated' : undefined;
    }
    if (!this.started.includes(step)) return 'a step is recorded before it begins';
    if (this.ended.has(step)) return 'a completed step is not repeated';
    return this.isGoingBack ? 'a saga that goes back executes no step' : undefined;
  }

  summary(): object {
    const { epoch, owner, claimSeq, leaseUntilMs, end, parkedFor, isRequested, started, undosStarted } = this;
    const state = { epoch, owner, claimSeq, leaseUntilMs, end, parkedFor, isRequested, started, undosStarted };
    return { ...state, ended: [...this.ended], skipped: [...this.skipped], undosOver: [...this.undosOver] };
  }

  /** What must be undone when the saga goes back. */
  owed(): string[] {
    return this.started.filter((step) => {
      const { kind, hasUndo } = this.stepNamed(step);
      return hasUndo && (kind === 'effect' || this.ended.has(step));
    });
  }

  private stepNamed(name: string) {
    const step = this.definition.steps.find((each) => each.name === name);
    if (!step) throw new Error(`saga "${this.sagaId}" has no step "${name}"`);
    return step;
  }

  private get isPastPivot(): boolean {
    return this.definition.steps.some(({ name, isPivot }) => isPivot && this.isOver(name));
  }

  /** All before its own group have ended. */
  private isInOrder(step: string): boolean {
    const at = this.stepNamed(step).place;
    return this.definition.steps.every(({ name, place }) => place >= at || this.isOver(name));
  }

  private problemOfUndo(step: string): string | undefined {
    if (!this.isGoingBack) return 'nothing is undone while a saga goes forward';
    if (this.running.size > 0) return 'what is running has ended before the first undo';
    const owed = this.owed();
    if (!owed.includes(step)) return 'only what began is undone';
    const later = owed.slice(owed.indexOf(step) + 1);
    const isInTurn = later.every((each) => this.undosOver.has(each) || this.undosFailed.has(each));
    return isInTurn ? undefined : 'undo runs in reverse order of recorded start, one by one';
  }

  private problemOfEnd(end: string): string | undefined {
    [this.end, this.leaseUntilMs, this.isRequested] = [end, undefined, false];
    if (end === 'completed') {
      const isWhole = this.definition.steps.every(({ name }) => this.isOver(name));
      return isWhole ? undefined : 'completed means that every step has succeeded';
    }
    if (this.isGoingBackAtAWish !== (end === 'rolled_back')) return 'rolled back is what operators wish';
    return this.owed().every((step) => this.undosOver.has(step))
      ? undefined
      : 'undone means that everything that began is undone';
  }

  private isOver(step: string): boolean {
    return this.ended.has(step) || this.skipped.has(step);
  }
}
