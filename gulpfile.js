const { dest, src } = require('gulp');

/** n8n reads icons and codex files from beside the compiled code; tsc leaves them behind. */
function assets() {
	return src(['{credentials,nodes}/**/*.svg', 'nodes/**/*.node.json', 'icons/*.svg'], {
		base: '.',
		encoding: false,
	}).pipe(dest('dist'));
}

exports.default = assets;
