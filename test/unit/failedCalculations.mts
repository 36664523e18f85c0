/** What remains of a calculation or a date that failed in an expression. */
export const FAILED_CALCULATIONS = [
	'Number("1,200")',
	'1 / 0',
	'-1 / 0',
	'new Date("x")',
	'DateTime.fromISO("31/12/2026")',
	'"Invalid DateTime"',
	'"Invalid Date"',
	'"NaN"',
	'"[object Object]"',
	'" #N/A\\n"',
];

/** The errors of formulas, in English and in Spanish, as Excel and Google Sheets write them. */
export const FORMULA_ERRORS = [
	...['#N/A', '#REF!', '#VALUE!', '#DIV/0!', '#NAME?', '#NUM!', '#NULL!', '#ERROR!'],
	...['#SPILL!', '#CALC!', '#FIELD!', '#UNKNOWN!', '#BLOCKED!', '#CONNECT!'],
	...['#N/D', '#¡REF!', '#¡VALOR!', '#¡DIV/0!', '#¿NOMBRE?', '#¡NUM!', '#¡NULO!'],
	...['#¡DESBORDAMIENTO!', '#¡CALC!', '#¡CAMPO!', '#¡DESCONOCIDO!', '#¡BLOQUEADO!', '#¡CONECTAR!'],
];

export const NOT_VALID = 'is not a valid number, date or text';
