import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How many files and sockets this process has open. */
export const openDescriptors = () => readdirSync('/dev/fd').length;

/** Expects that no more are open than before; a server closes its side a little later. */
export async function expectNoneLeftOpen(before: number): Promise<void> {
	for (let turn = 0; turn < 100 && openDescriptors() > before; turn++) await sleep(50);
	expect(openDescriptors()).toBeLessThanOrEqual(before);
}
