import type { CreatorStore, Ids, SagaDispatch, Sha256 } from '@eros/domain';
import type { LastingFailures } from './lasting-failures.js';
import type { SagaRunPorts } from './saga-run.js';

/** What a process's sagas need of it and of the database. */
export interface SagaServicePorts extends SagaRunPorts {
  readonly creators: Pick<CreatorStore, 'find'>;
  readonly sha256: Sha256;
  readonly ids: Ids;
  /** This process's name in leases. */
  readonly node: string;
  /** The file or host, without secrets. */
  readonly databaseName: string;
  /** Keeps the process alive until the answer is called: somebody awaits a saga that may be between two timers. */
  readonly keepAlive: () => () => void;
  /** Default: none are told; every saga is found by sweeping. */
  readonly dispatch?: SagaDispatch;
  /** Is told what the work here fails by. Default: nobody asks for it. */
  readonly failures?: Pick<LastingFailures, 'met' | 'forget'>;
}
