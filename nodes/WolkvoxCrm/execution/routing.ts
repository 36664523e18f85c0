import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	INodePropertyRouting,
} from 'n8n-workflow';

import { keepFullResponse } from '../transport/response';
import type { Operation } from '../operation';
import { processItem } from './processItem';

/**
 * Routes an operation to its handler.
 *
 * n8n's pagination hook is the only place in a declarative node that surrounds reading, sending and
 * failing of an item: `preSend` cannot wait for other items and fails without a paired item, and
 * `postReceive` never sees a network error. So every operation "paginates", whether or not it has pages.
 */
export function routed<Parameters>(handler: Operation<Parameters>): INodePropertyRouting {
	return {
		send: { paginate: true },
		operations: {
			async pagination(
				this: IExecutePaginationFunctions,
				request: DeclarativeRestApiSettings.ResultOptions,
			) {
				return await processItem(this, request, handler);
			},
		},
		output: { postReceive: [keepFullResponse] },
	};
}
