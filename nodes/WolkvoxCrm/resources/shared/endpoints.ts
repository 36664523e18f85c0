const API = '/server/API/v2';

/** The addresses of the API, after the server (the vendor's pages of the same names). */
export const ENDPOINTS = {
	insertCase: `${API}/cases/insert.php`,
	queryCases: `${API}/cases/queryCases.php`,
	updateCase: `${API}/cases/update.php`,
	delete: `${API}/custom/delete.php`,
	insert: `${API}/custom/insert.php`,
	query: `${API}/custom/query.php`,
	queryDates: `${API}/custom/queryDates.php`,
	update: `${API}/custom/update.php`,
	tokenInformation: `${API}/token/tokenInformation.php`,
};
