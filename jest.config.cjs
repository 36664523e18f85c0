/** Tests are `.mts` (strict lint reads every `.ts`); swc turns them into CommonJS, as n8n loads its nodes. */
const project = (name, extra = {}) => ({
	displayName: name,
	rootDir: __dirname,
	testMatch: [`<rootDir>/test/${name}/**/*.test.mts`],
	testEnvironment: 'node',
	moduleFileExtensions: ['mts', 'ts', 'js', 'cjs', 'mjs', 'json', 'node'],
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.sandbox/', '<rootDir>/sandbox/n8n/'],
	transform: {
		'\\.m?ts$': [
			'@swc/jest',
			{ jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
		],
	},
	...extra,
});

module.exports = {
	// One file at a time may write the report.
	...(process.env.REPORT && { maxWorkers: 1 }),
	reporters: ['default', '<rootDir>/test/support/count.cjs'],
	projects: [project('unit'), project('engine'), project('e2e'), project('ui')],
};
