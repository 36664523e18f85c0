// The unit tests as one file: Jest loads n8n's modules anew for each file, and Stryker runs the tests thousands of times.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '..', 'unit');

/** They test documents, examples, the stand-in and workflows, and not the node. */
const OTHERS = ['docs', 'examples', 'standin', 'workflows'].map((name) => `${name}.test.mts`);

for (const file of readdirSync(FOLDER)) {
	if (file.endsWith('.test.mts') && !OTHERS.includes(file)) jest.requireActual(join(FOLDER, file));
}
