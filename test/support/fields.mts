import type { IDataObject } from 'n8n-workflow';

export const PDF = Buffer.from(
	'%PDF-1.4\r\n\0\xff\xfe--boundary\r\nContent-Disposition: form-data\r\n',
	'latin1',
);

export const REPORT = {
	name: 'informe ñ "final".pdf',
	type: 'application/pdf',
	contents: PDF,
};

/** Every field of an update, with text that is hard to send. */
export const ALL_FIELDS: IDataObject = {
	caseType: { __rl: true, mode: 'list', value: 'Request' },
	responsible: 'agent10@demo',
	owner: 'ADMIN_@demo',
	contact: 'ana@example.com',
	description: 'Línea uno\nlínea dos\r\nlínea tres\rlínea cuatro 🙂',
	status: 'closed',
	priority: 'low',
	solution: 'Case solved.',
	customFields: { field: [{ name: 'Contract number ', value: '0012' }] },
	customFieldsJson:
		'{"Paid": true, "Amount": 12.5, "Address": {"type": "address", "value": "145a #12"}, "Empty": "", "Nothing": null, "🙂": "ñ"}',
	attachments: 'report',
};

export const EXPECTED_FORM = {
	Paid: true,
	Amount: 12.5,
	Address: { type: 'address', value: '145a #12' },
	Empty: '',
	Nothing: null,
	'🙂': 'ñ',
	'Contract number ': '0012',
};
