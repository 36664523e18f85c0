import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodePropertyRouting,
} from 'n8n-workflow';

import type { Operation } from '../operation';
import { keepFullResponse } from '../transport/response';
import { executeItem } from './executeItem';

/**
 * Routes an operation to the node's own code.
 *
 * n8n's pagination hook is the only place in a declarative node that surrounds preparing, sending and
 * failing of an item: `preSend` cannot see the response, repeat a request or send several, and
 * `postReceive` never sees a network error. So every operation "paginates", whether or not it has pages.
 */
export function routed<Parameters>(operation: Operation<Parameters>): INodePropertyRouting {
	return {
		send: { paginate: true },
		operations: {
			async pagination(
				this: IExecutePaginationFunctions,
				request: DeclarativeRestApiSettings.ResultOptions,
			) {
				return await executeItem(this, request, operation);
			},
		},
		output: { postReceive: [keepFullResponse] },
	};
}
