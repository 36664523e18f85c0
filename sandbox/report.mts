import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'informe final.pdf';
const FILE = join(import.meta.dirname, NAME);

/** The report that the example sends: a small, real PDF. */
export const REPORT = { name: NAME, type: 'application/pdf', bytes: readFileSync(FILE) };

export const REPORT_SHA256 = createHash('sha256').update(REPORT.bytes).digest('hex');
