// Jest's setup file of projects that run suites of both databases: tells their test helpers which one it is.
process.env.EROS_TEST_DATABASE = 'postgres';
