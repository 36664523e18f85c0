// `npm run test:queue`: n8n in queue mode, with a worker that is killed.
import { join } from 'node:path';
import { handOver } from '../../sandbox/hand-over.mjs';

await handOver(join(import.meta.dirname, 'run.mts'));
