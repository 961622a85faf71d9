export * from './memory/memory-database.js';
export * from './sql/sql-database.js';
export * from './sqlite/sqlite-connection.js';
export * from './sqlite/sqlite-database.js';
