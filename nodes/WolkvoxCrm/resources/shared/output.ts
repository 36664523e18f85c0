import type { IDataObject } from 'n8n-workflow';

import type { WolkvoxResponse } from '../../operation';
import { hasContent } from '../../transport/content';
import { isPlainObject } from './values';

/**
 * The JSON of a created or updated record: Wolkvox's response, with the ID in `data.wolkvox_id`, which
 * Wolkvox's own sample of an update leaves empty.
 *
 * @param id what is known of the ID if `data` lacks it; nothing is invented
 */
export function withRecordId(response: WolkvoxResponse, id: unknown): IDataObject {
	const { data } = response;
	if (!id || Array.isArray(data)) return response;
	if (!isPlainObject(data))
		return { ...response, data: hasContent(data) ? data : { wolkvox_id: id } };
	return { ...response, data: { ...data, wolkvox_id: data.wolkvox_id || id } };
}
