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
			says: 'POST /server/API/v2/cases/update.php accepts a form-data body and the header Wolkvox-Token.',
		},
		{
			page: 'update',
			says: 'The form contains operation, wolkvox-id, case-type, responsible, status, priority, solution, form (custom fields, a JSON object as text) and a file, which its parameter table calls "file" and its examples call "files".',
		},
		{ page: 'update', says: 'owner, contact and description appear in one of its examples.' },
		{
			page: 'update',
			says: 'A successful update returns code 200 as a number, error "null" as text, msg "Succesfully update record" and an empty data.wolkvox_id.',
		},
		{ page: 'update', says: 'A status with the condition "Closed" needs a solution.' },
		{
			page: 'token',
			says: 'GET /server/API/v2/token/tokenInformation.php?operation= returns code "200" as text and the daily quota. Each call counts against it.',
		},
		{
			page: 'errors',
			says: 'An error has one of the codes 400, 401, 403, 404, 405, 412, 416, 417.',
		},
	],
	assumed: [
		'An error has its code both as HTTP status and in the JSON response; the wording of msg is ours.',
		'A wrong or missing token returns 401, a token of another operation 403.',
		'A missing operation or wolkvox-id, or a form that is not a JSON object, returns 400; an unknown case 404; a wrong method 405.',
		'A closing status (closed, cerrado) without a solution returns 412, and nothing in that request is applied.',
		'Fields that are not sent, and custom fields that form does not name, stay unchanged.',
		'New attachments are added to the earlier ones. Files sent as files[] or file[] are all kept; of several parts with the same plain name, PHP keeps the last.',
		'It does not check whether the case type, status, priority and user exist.',
		'File size is not limited. Every call with a valid token counts against the quota, which never runs out.',
	],
} as const;
