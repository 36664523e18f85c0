import { createHash } from 'node:crypto';

const LINES = ['Informe final', 'Caso cerrado: el cobro doble fue devuelto.'];

/** The report that the example sends: a small, real PDF. */
export const REPORT = {
	name: 'informe final.pdf',
	type: 'application/pdf',
	bytes: makePdf(LINES),
};

export const REPORT_SHA256 = createHash('sha256').update(REPORT.bytes).digest('hex');

/** One page with some lines of text. A PDF ends with a table of the offsets of its objects. */
function makePdf(lines: string[]) {
	const text = `BT /F1 18 Tf 72 760 Td 28 TL ${lines.map((line) => `(${line}) Tj T*`).join(' ')} ET`;
	const objects = [
		'<< /Type /Catalog /Pages 2 0 R >>',
		'<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
		'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
		`<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
		'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
	];
	let pdf = '%PDF-1.4\n';
	const offsets = objects.map((object, index) => {
		const offset = pdf.length;
		pdf += `${index + 1} 0 obj\n${object}\nendobj\n`;
		return `${String(offset).padStart(10, '0')} 00000 n \n`;
	});
	const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
	const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${pdf.length}\n%%EOF\n`;
	return Buffer.from(pdf + table + trailer, 'latin1');
}
