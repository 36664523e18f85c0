const { join, sep } = require('node:path');

/** The folder of the n8n under test. */
const FOLDER = process.env.COMPAT_FOLDER;
const OF_N8N = /^(n8n-core|n8n-workflow|@n8n\/|reflect-metadata)/;

/** Resolves n8n to the version under test for the tests and the node; n8n's own imports resolve as usual. */
module.exports = (request, options) => {
	const isOurs = !options.basedir.includes(`${sep}node_modules${sep}`);
	const basedir = isOurs && OF_N8N.test(request) ? join(FOLDER, 'node_modules') : options.basedir;
	return options.defaultResolver(request, { ...options, basedir });
};
