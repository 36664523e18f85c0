// Links in the documents; `npm run check:docs`.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import remarkValidateLinks from 'remark-validate-links';

/** Also checks pictures that are written in HTML. */
function validatePictures() {
	return (_tree, file) => {
		for (const [, path] of String(file).matchAll(/\bsrc(?:set)?="([^":]+)"/g)) {
			const exists = existsSync(resolve(dirname(file.path), path));
			if (!exists) file.message(`Cannot find the picture ${path}`);
		}
	};
}

export default { plugins: [[remarkValidateLinks, { repository: false }], validatePictures] };
