const [unit] = require('../../jest.config.cjs').projects;

module.exports = {
	...unit,
	testMatch: ['<rootDir>/test/mutation/all.mts'],
	testEnvironment: require.resolve('./environment.cjs'),
};
