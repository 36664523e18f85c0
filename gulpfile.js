const { dest, parallel, src } = require('gulp');
const { Transform } = require('node:stream');

/** n8n reads icons and codex files from beside the compiled code; tsc leaves them behind. */
function assets() {
	const files = ['credentials/**/*.svg', 'nodes/**/*.svg', 'nodes/**/*.node.json', 'icons/*.svg'];
	return src(files, { base: '.', encoding: false }).pipe(dest('dist'));
}

/** tsc knows only four blanks where the source has a tab: a seventh of what users download. */
function tabs() {
	const indent = new Transform({
		objectMode: true,
		transform(file, _encoding, done) {
			const code = file.contents.toString();
			file.contents = Buffer.from(
				code.replace(/^(?: {4})+/gm, (blanks) => '\t'.repeat(blanks.length / 4)),
			);
			done(null, file);
		},
	});
	return src('dist/**/*.js').pipe(indent).pipe(dest('dist'));
}

exports.default = assets;
