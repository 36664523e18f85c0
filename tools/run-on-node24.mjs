// Installs what is missing, then runs a script on Node.js 24: `node tools/run-on-node24.mjs bench/main.mts items`.
import { exitWithError } from './common.mjs';
import { install } from './install.mjs';
import { runOnNode24 } from './node24.mjs';

try {
	await install();
	await runOnNode24(process.argv.slice(2));
} catch (error) {
	exitWithError(error);
}
