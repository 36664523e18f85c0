// The unit tests as one file: Jest loads n8n's modules anew for each file, and Stryker runs the tests thousands of times.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '..', 'unit');

/** They test documents, workflows and the stand-in, and not the node. */
const OTHERS = ['docs.test.mts', 'standin.test.mts', 'workflows.test.mts'];

for (const file of readdirSync(FOLDER)) {
	if (file.endsWith('.test.mts') && !OTHERS.includes(file)) jest.requireActual(join(FOLDER, file));
}
