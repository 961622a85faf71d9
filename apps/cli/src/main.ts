#!/usr/bin/env node
import { processTerminal } from './output/terminal.js';
import { runProgram } from './program.js';

await runProgram(process.argv.slice(2), {
  terminal: processTerminal(process),
  signals: process,
  leave: (exitCode) => process.exit(exitCode),
  setExitCode: (exitCode) => {
    process.exitCode = exitCode;
  },
});
