// `npm run test:compat`: the engine tests and the packed package in each n8n that people run.
// `npm run test:compat core 2.20` and `npm run test:compat full 1.123` run a part.
import { join } from 'node:path';
import { handOver } from '../../sandbox/hand-over.mjs';

await handOver(join(import.meta.dirname, 'run.mts'));
