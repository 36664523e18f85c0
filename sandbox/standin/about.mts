/** What the stand-in says about itself, on its page and at `/about.json`. */
export const ABOUT = {
	what: 'A test double, not Wolkvox. Nothing here reaches a real CRM.',
	pages: {
		update: 'https://crmvox.com/apis-v2/cases-update',
		token: 'https://crmvox.com/en/token-information',
		errors:
			'https://wolkvox.helpjuice.com/en_US/posibles-codigos-de-error-al-consumir-las-apis-de-wolkvox-crm',
	},
	documented: [
		{
			page: 'update',
			says: 'POST /server/API/v2/cases/update.php takes a form-data body and the header Wolkvox-Token.',
		},
		{
			page: 'update',
			says: 'The form holds operation, wolkvox-id, case-type, responsible, status, priority, solution, form (custom fields, a JSON object as text) and a file, called "file" in its table and "files" in its samples.',
		},
		{ page: 'update', says: 'owner, contact and description appear in one of its samples.' },
		{
			page: 'update',
			says: 'A good update is answered with code 200 as a number, error "null" as text, msg "Succesfully update record" and an empty data.wolkvox_id.',
		},
		{ page: 'update', says: 'A status with the condition "Closed" needs a solution.' },
		{
			page: 'token',
			says: 'GET /server/API/v2/token/tokenInformation.php?operation= answers with code "200" as text and the daily quota, of which each call costs one.',
		},
		{
			page: 'errors',
			says: 'Failures have one of the codes 400, 401, 403, 404, 405, 412, 416, 417.',
		},
	],
	assumed: [
		'A failure has its code both as HTTP status and in the JSON reply; the wording of msg is ours.',
		'A wrong or missing token is 401, a token of another operation 403.',
		'A missing operation or wolkvox-id, or a form that is no JSON object, is 400; an unknown case 404; a wrong method 405.',
		'A closing status (closed, cerrado) without a solution is 412, and nothing of that request is applied.',
		'Fields that were not sent, and custom fields that form does not name, stay as they are.',
		'Attachments add up; files sent as files[] or file[] are all kept; of several parts with the same plain name PHP keeps the last.',
		'Whether the case type, status, priority and user exist is not checked.',
		'No limit on file size; every call with a good token costs one of the quota, and the quota never runs out.',
	],
} as const;
