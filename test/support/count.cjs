/** Ends a run with one line that any tool can parse. */
module.exports = class Count {
	onRunComplete(
		_tests,
		{ numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests },
	) {
		const failed = numFailedTests + numRuntimeErrorTestSuites;
		console.log(`${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped`);
	}
};
