import type { OperationKind } from '../operation';

/** What became of a record, in messages. */
export const CHANGED: Record<OperationKind['effect'], string> = {
	reads: 'read',
	creates: 'created',
	updates: 'updated',
	upserts: 'created or updated',
	deletes: 'deleted',
};
