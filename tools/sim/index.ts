export { report } from './report.js';
export { FAULTS, LOADS, scenarioOf, type Scenario } from './scenario.js';
export { shrink } from './shrink.js';
export { simulate, type Outcome } from './simulate.js';
