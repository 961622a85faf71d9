export * from './memory/memory-database.js';
export * from './patterns/re2-engine.js';
export * from './sql/sql-database.js';
export * from './sqlite/sqlite-connection.js';
export * from './sqlite/sqlite-database.js';
export * from './memory/saga-store.js';
export * from './sql/saga-store.js';
