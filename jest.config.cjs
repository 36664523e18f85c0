/** swc turns tests, and what they import of this repository, into CommonJS, as n8n loads its nodes. */
const project = (name, extra = {}) => ({
	displayName: name,
	rootDir: __dirname,
	testMatch: [`<rootDir>/test/${name}/**/*.test.mts`],
	testEnvironment: 'node',
	moduleFileExtensions: ['mts', 'ts', 'js', 'cjs', 'mjs', 'json', 'node'],
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.sandbox/', '<rootDir>/tools/n8n/'],
	transform: {
		'\\.(ts|mts|mjs)$': [
			'@swc/jest',
			{ jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
		],
	},
	...extra,
});

module.exports = {
	// By default, Jest leaves one core idle. Engine tests often wait, so one more worker finds time.
	maxWorkers: '150%',
	reporters: ['default', '<rootDir>/test/support/count.cjs'],
	projects: [
		project('unit'),
		project('engine', { setupFilesAfterEnv: ['<rootDir>/test/support/environment.mts'] }),
		project('e2e'),
		project('ui'),
	],
};
