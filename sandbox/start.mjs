// `npm start`: a real n8n with this package in it, next to a stand-in for Wolkvox. Runs on a bare
// Node.js 20.15 in a fresh clone; `--prepare` only installs what is missing.
import { join } from 'node:path';
import { install } from './install.mjs';
import { checkPorts } from './ports.mjs';
import { runOnNode24 } from './runOnNode24.mjs';
import { exitWithError } from './tools.cjs';

const args = process.argv.slice(2);

async function start() {
	await checkPorts();
	await runOnNode24([join(import.meta.dirname, 'run.mts'), ...args]);
}

await (args[0] === '--prepare' ? install() : start()).catch(exitWithError);
