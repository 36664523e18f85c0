// `npm run bench`: what the node costs beside an empty one and beside the HTTP Request node.
import { join } from 'node:path';
import { handOver } from '../sandbox/hand-over.mjs';

await handOver(join(import.meta.dirname, 'main.mts'));
