/** What an operation does at Wolkvox. It decides what may be sent again, and which words fit in a message. */
export interface Action {
	/** A read changes nothing, so it can be repeated whatever became of it. */
	effect: 'reads' | 'creates' | 'updates';
	/** What it reads, creates or updates, such as "case". */
	noun: string;
	/** What to check if Wolkvox rejects the values of a request. */
	rejectedAdvice: string;
	/** What to check if Wolkvox finds no such record, for operations that name one. */
	notFoundAdvice?: string;
}
