import { InvalidSettingsError } from '@eros/domain';

const PASSED_OVER = /^(?:\s|;|--[^\n]*|\/\*[\s\S]*?\*\/)*/;
/** What begins or ends a transaction. Going back to a savepoint does not. */
const CONTROL =
  /^(?:BEGIN|START\s+TRANSACTION|COMMIT|END|ABORT|PREPARE\s+TRANSACTION|ROLLBACK(?!\s+(?:\w+\s+)?TO\s))\b/i;

/**
 * Refuses a statement that would end the transaction that it is sent into, or begin another: what the work wrote after it would be
 * committed statement by statement, and its result kept although what it rests on is gone.
 *
 * @throws {InvalidSettingsError}
 */
export function assertNoControl(sql: string): void {
  const [control] = CONTROL.exec(sql.replace(PASSED_OVER, '')) ?? [];
  if (control === undefined) return;
  const instead =
    'a statement that leaves the transaction open: it is committed when its work returns, and rolled back when it throws';
  throw new InvalidSettingsError('a statement of a transaction', JSON.stringify(control), instead);
}
