import { jestConfig } from '../jest.preset.js';

// The tools' tests start compilers and linters: they are slow, not hung.
export default { ...jestConfig('tools'), testMatch: ['<rootDir>/**/*.spec.ts'], testTimeout: 180_000 };
