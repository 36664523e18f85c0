/** What the stand-in says about itself, on its page and at `/about.json`. */
export const ABOUT = {
	what: 'A test double, not Wolkvox. Nothing here reaches a real CRM.',
	pages: {
		update: 'https://crmvox.com/apis-v2/cases-update',
		insert: 'https://crmvox.com/en/apis-version-2-en/cases-insert-en',
		queryCases: 'https://crmvox.com/en/apis-version-2-en/query-cases-en',
		customInsert: 'https://crmvox.com/?p=24454',
		customUpdate: 'https://crmvox.com/en/apis-version-2-en/update-en',
		activity: 'https://crmvox.com/en/insert-task-type-activity',
		customDelete: 'https://www.crmvox.com/en/apis-version-2-en/delete-en/',
		customQuery: 'https://www.crmvox.com/apis-v2/query/',
		customQueryDates: 'https://www.crmvox.com/en/apis-version-2-en/query-dates/',
		pages:
			'https://wolkvox.helpjuice.com/en_US/wvx-crm/como-consumir-apis-de-wolkvox-crm-de-forma-eficiente-paginacion-limites-y-control-de-solicitudes',
		token: 'https://crmvox.com/en/token-information',
		errors:
			'https://wolkvox.helpjuice.com/en_US/posibles-codigos-de-error-al-consumir-las-apis-de-wolkvox-crm',
		insertErrors:
			'https://helpcenter.wolkvox.com/en_US/wvx-crm/error-api-de-insercion-de-casos-en-crm-copy-339',
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
			page: 'insert',
			says: 'POST cases/insert.php accepts a form-data body. operation, case-type, responsible, owner, contact, description, status and priority are required; form, file and solution are optional.',
		},
		{ page: 'insert', says: 'The contact must exist. The example names it by its email address.' },
		{
			page: 'queryCases',
			says: 'POST cases/queryCases.php accepts JSON with operation, field and value. It lists 26 fields, such as idPrefijo, "email contact" and wolkvox-id.',
		},
		{
			page: 'customInsert',
			says: 'POST custom/insert.php accepts JSON with operation, module and fields. A value can be an object such as {"type": "address", "value": "…"}.',
		},
		{
			page: 'customUpdate',
			says: 'POST custom/update.php accepts JSON with operation, module, wolkvox-id and fields.',
		},
		{
			page: 'activity',
			says: 'An activity is created by custom/insert.php with the module wolkvox_activities and a type beside fields. The example has the type "task".',
		},
		{
			page: 'customDelete',
			says: 'POST custom/delete.php accepts JSON with operation, module, multiple and wolkvox-id. The example sends false and one id as text; the table writes [id, id, id] if multiple is true, and [id] if it is false.',
		},
		{
			page: 'customQuery',
			says: 'POST custom/query.php accepts JSON with operation, module, field and value.',
		},
		{
			page: 'customQueryDates',
			says: 'custom/queryDates.php accepts JSON with operation, module, date (true), from, to and an optional limit. Its text says GET, its example sends POST.',
		},
		{
			page: 'pages',
			says: 'A query has a limit of records per page, and one asks for one page after another. How the page is named, and the limit, we could not read.',
		},
		{
			page: 'token',
			says: 'GET /server/API/v2/token/tokenInformation.php?operation= returns code "200" as text and the daily quota. Each call counts against it.',
		},
		{
			page: 'errors',
			says: 'An error has one of the codes 400, 401, 403, 404, 405, 412, 416, 417.',
		},
		{
			page: 'insertErrors',
			says: 'If a case is not created, it asks to check the required fields, custom ones too, their spelling, the token and the contact.',
		},
	],
	seen: [
		'A query returns code "200" as text, msg "N records were are found" (sic), a list in data, and the number of records found in "Total records". Other calls return code as a number.',
		'A query without a match said "0 records were are found" in older programs, and "There are no values in the specified page" in newer ones.',
		'A value is searched as text or as a number.',
		'A record in a query has its id in wolkvox_id and its dates in wolkvox_fecha_creacion and wolkvox_fecha_modificacion. A phone number has country, code and value; an amount of money value, symbol and convert.',
		'A contact has namecontact, emailcontact, telephonecontact and idcontact.',
		'custom/update.php is called with the changed fields alone.',
		'Version 1 of the API returned a case with idPrefijo, status and priority as objects, description_case, form, wolkvox_fecha_creacion and wolkvox_fecha_modificacion.',
	],
	assumed: [
		'An error has its code both as HTTP status and in the JSON response; we chose the wording of msg.',
		'A wrong or missing token returns 401, a token of another operation 403.',
		'A missing required parameter, or a form that is not a JSON object, returns 400; an unknown case or record 404; a wrong method 405.',
		'A closing status (closed, cerrado) without a solution returns 412, and nothing in that request is applied. So does a new case whose contact is unknown.',
		'Fields that are not sent, and custom fields that form does not name, stay unchanged. The same holds for the fields of a record.',
		'New attachments are added to the earlier ones. Files sent as files[] or file[] are all kept; of several parts with the same plain name, PHP keeps the last.',
		'The stand-in does not check whether the case type, status, priority and user exist: a misspelling passes here.',
		'File size is not limited. Every call with a valid token counts against the quota, which never runs out.',
		'A new case or record returns its id in data.wolkvox_id, like an update, with msg "Succesfully insert record". The number of a new case is not in the response.',
		'Cases are numbered CASO-1001, CASO-1002 and so on. idPrefijo is that number, prefix is CASO, and idCase is the part after it.',
		'The contact of a case is found by email address, name or Wolkvox ID.',
		'What was seen of custom/query.php holds for custom/queryDates.php and cases/queryCases.php too. Without a match N is 0 and the list is empty.',
		'A page has at most ten records (the setting pageSize), in the order in which they were created. page in the body selects it, from 1, as a number or as text; anything else returns 400. N and "Total records" count all pages.',
		'A page after the last one returns code "200", msg "There are no values in the specified page" and an empty list.',
		'The limit of custom/queryDates.php makes pages smaller, never larger.',
		'A query compares the whole value; capitalization matters. With the setting partialMatches it finds longer values that contain what is searched, whatever the capitalization. An undocumented field of a case returns 400; for a documented field that is not held here (companies, names and ids of users, reopened, case expired, reason), nothing matches.',
		'A case in a query has its id in wolkvox_id and the names of the older of the two generations seen: caseType, status as an object, description_case, wolkvox_fecha_creacion. Custom fields are in form. Attachments and history are not shown.',
		'Values of records are kept as they were sent. A typed value comes back without its type, a phone number that was sent as text as that text. A typed value is found by its value or convert.',
		'Two contacts can have the same email address, phone number or identification.',
		'An activity without a type returns 400. Any type is accepted, and not shown afterwards.',
		'custom/delete.php returns msg "Succesfully delete record" and, in data.wolkvox_id, what was sent. Several ids need multiple to be true. If one of several ids is unknown, it returns 404 and deletes nothing. Cases of a deleted contact stay.',
		'Any name of a module is accepted. Cases are not reachable through custom/. Attachments of custom/update.php are ignored.',
		'Dates are Colombian time without a zone. A date range compares the creation date and includes both ends.',
		'JSON counts only with the Content-Type application/json.',
	],
} as const;
