import { startStandIn, type StandIn, type StandInOptions } from '../../sandbox/standin.mts';
import { TOKEN } from './wolkvox.mts';

/** A stand-in for each test of a file or a describe block: a model of Wolkvox that was made independently of the node. */
export function useStandIn(options: StandInOptions = {}): StandIn {
	const current = {} as StandIn;
	beforeEach(
		async () => void Object.assign(current, await startStandIn({ token: TOKEN, ...options })),
	);
	afterEach(async () => await current.close());
	return current;
}
