/** Statements kept prepared by one connection. Imports of many sizes and users' own texts must not fill the memory. */
const KEPT_MAX = 200;

/**
 * Keeps the statements of a connection prepared: SQLite takes about as long to compile a short statement as to run it. Those
 * prepared first go first.
 */
export class KeptStatements<Statement> {
  private readonly kept = new Map<string, Statement>();

  constructor(private readonly end: (statement: Statement) => Promise<void>) {}

  get(sql: string): Statement | undefined {
    return this.kept.get(sql);
  }

  async keep(sql: string, statement: Statement): Promise<Statement> {
    const [first] = this.kept.keys();
    if (this.kept.size === KEPT_MAX && first !== undefined) await this.drop(first);
    this.kept.set(sql, statement);
    return statement;
  }

  /** Ends a statement. One that failed is not used again: it may still hold what it was about. */
  async drop(sql: string): Promise<void> {
    const statement = this.kept.get(sql);
    this.kept.delete(sql);
    if (statement) await this.end(statement);
  }

  async close(): Promise<void> {
    for (const sql of [...this.kept.keys()]) await this.drop(sql);
  }
}
