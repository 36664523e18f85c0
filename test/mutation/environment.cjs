const { TestEnvironment } = require('jest-environment-node');

/** Skips all tests after one that fails, as a mutant is found then; Jest's own `bail` would end the file first. */
module.exports = class extends TestEnvironment {
	hasFailed = false;

	handleTestEvent({ name, test }) {
		if (name === 'test_done' && test.errors.length > 0) this.hasFailed = true;
		if (name === 'test_start' && this.hasFailed) test.mode = 'skip';
	}
};
