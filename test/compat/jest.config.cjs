const { reporters, projects } = require('../../jest.config.cjs');

const engine = projects.find(({ displayName }) => displayName === 'engine');

/** The engine tests, in the n8n in COMPAT_FOLDER. */
module.exports = {
	...engine,
	reporters,
	roots: ['<rootDir>/test'],
	resolver: require.resolve('./resolver.cjs'),
};
