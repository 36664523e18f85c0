// Runs a script on Node.js 24: `node scripts/run-on-node24.mjs bench/main.mts items`.
import { runOnNode24 } from '../sandbox/runOnNode24.mjs';
import { exitWithError } from '../sandbox/tools.cjs';

await runOnNode24(process.argv.slice(2)).catch(exitWithError);
