const { rm } = require('node:fs/promises');
const { dest, src } = require('gulp');

/** A file whose source is gone would be published. */
exports.clean = () => rm('dist', { recursive: true, force: true });

/** n8n reads icons and codex files from next to the compiled code; tsc leaves them behind. */
exports.default = () => {
	const files = ['credentials/**/*.svg', 'nodes/**/*.svg', 'nodes/**/*.node.json', 'icons/*.svg'];
	return src(files, { base: '.', encoding: false }).pipe(dest('dist'));
};
