import type { Operation } from '../../operation';
import { throwUserError } from '../shared/values';

/** Token: Get Quota (page "token information" of the API): what is left of the token's calls today. */
export const getQuotaOperation: Operation<undefined> = {
	effect: 'reads',
	noun: 'token',
	valuesAdvice: "Check 'CRM Operation Name' in the credential.",

	async getParameters() {
		return undefined;
	},

	async send(_parameters, { query }) {
		const [quota] = (await query()).data;
		return [quota ?? throwNoQuota()];
	},
};

function throwNoQuota(): never {
	return throwUserError(
		'Wolkvox returned no quota for this token',
		"Check 'Token' in the credential: it must be an internal token of the CRM.",
	);
}
