// Mutation testing of pure modules by the unit tests: `npm run test:mutation`.
export default {
	testRunner: 'jest',
	jest: { configFile: 'test/mutation/jest.config.cjs', enableFindRelatedTests: false },
	// Not server.ts and visibleText.ts: the test of the credential is made from their source.
	mutate: [
		'nodes/WolkvoxCrm/execution/taskQueue.ts',
		'nodes/WolkvoxCrm/resources/case/{caseId,form}.ts',
		'nodes/WolkvoxCrm/resources/shared/{expression,given,jsonFields,losslessJson,match,output,recordId,search,values}.ts',
		'nodes/WolkvoxCrm/transport/{content,htmlEntities,masking,networkErrors,response,responseErrors,retryAfter,searchResult,verdict}.ts',
	],
	mutator: { excludedMutations: ['StringLiteral'] },
	reporters: ['clear-text', 'json'],
	clearTextReporter: { allowEmojis: false, reportTests: false, reportScoreTable: true },
	jsonReporter: { fileName: '.sandbox/mutation.json' },
	tempDirName: '.sandbox/stryker',
	cleanTempDir: 'always',
	ignorePatterns: ['*.md', '/bench', '/dist', '/docs', '/examples', '/tools/n8n'],
};
