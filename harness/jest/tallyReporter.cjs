'use strict';

/** Milliseconds that jest may take to exit after the last test. */
const grace = 2000;

/** Ends a test run with one line that any tool can read: `N passed, N failed`. */
module.exports = class TallyReporter {
  constructor({ watch, watchAll }) {
    this.watching = watch || watchAll;
    this.passed = 0;
    this.failed = 1; // A run that does not complete has failed.
    // Jest's summary comes after every other reporter; the exit comes after the summary.
    process.once('exit', () => process.stdout.write(`${this.passed} passed, ${this.failed} failed\n`));
  }

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
    this.passed = numPassedTests;
    this.failed = numFailedTests + numRuntimeErrorTestSuites;
    if (this.watching) return;
    // A leak, whether a spec has failed for it or not, must not keep the run from ending.
    setTimeout(() => {
      this.failed ||= 1;
      process.exit(1);
    }, grace).unref();
  }
};
