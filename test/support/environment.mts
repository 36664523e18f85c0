// Jest runs this file before it loads a test of the engine, and n8n with it, which reads these settings.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'wolkvox-engine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

process.env.N8N_USER_FOLDER = folder;
process.env.N8N_ENCRYPTION_KEY = 'for tests only';
process.env.N8N_LOG_LEVEL ??= 'silent';
// Each run resets n8n's binary mode to this one for a moment, while another run may be storing its files.
process.env.N8N_DEFAULT_BINARY_DATA_MODE = 'filesystem';

// A run takes milliseconds, but the machine can be busy.
jest.setTimeout(60_000);

// In n8n, a rejection that nobody handles would end the process.
const unhandled: unknown[] = [];
const record = (reason: unknown) => void unhandled.push(reason);
process.on('unhandledRejection', record);
afterEach(() => expect(unhandled.splice(0)).toEqual([]));
afterAll(() => void process.off('unhandledRejection', record));
