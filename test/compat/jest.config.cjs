const { reporters, projects } = require('../../jest.config.cjs');

const engine = projects.find(({ displayName }) => displayName === 'engine');

/** The engine tests, in the n8n that COMPAT_FOLDER names. */
module.exports = {
	...engine,
	reporters,
	roots: ['<rootDir>/test'],
	resolver: require.resolve('./resolver.cjs'),
};
