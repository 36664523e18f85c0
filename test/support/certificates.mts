import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';

interface Certificate {
	key: Buffer;
	cert: Buffer;
}

/**
 * Certificates made by OpenSSL for one test run: a good one for localhost, and bad ones. This
 * process trusts the authority behind them from then on, so that only the intended fault shows.
 */
export function makeCertificates(): Record<
	'good' | 'expired' | 'wrongHost' | 'selfSigned',
	Certificate
> {
	const folder = mkdtempSync(join(tmpdir(), 'wolkvox-tls-'));
	const openssl = (command: string) =>
		execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'pipe' });
	const read = (file: string) => readFileSync(join(folder, file));
	const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';

	const selfSigned = (name: string, subject: string): Certificate => {
		openssl(
			`req -x509 ${newKey} -keyout ${name}.key -out ${name}.pem -subj /CN=${subject} -days 2`,
		);
		return { key: read(`${name}.key`), cert: read(`${name}.pem`) };
	};
	const signed = (name: string, host: string, days: number): Certificate => {
		writeFileSync(join(folder, 'ext'), `subjectAltName=DNS:${host}`);
		openssl(`req ${newKey} -keyout ${name}.key -out ${name}.csr -subj /CN=${host}`);
		const authority = '-CA ca.pem -CAkey ca.key -CAcreateserial';
		openssl(`x509 -req -in ${name}.csr ${authority} -days ${days} -extfile ext -out ${name}.pem`);
		return { key: read(`${name}.key`), cert: read(`${name}.pem`) };
	};

	try {
		trust(selfSigned('ca', 'test-authority').cert);
		return {
			good: signed('good', 'localhost', 2),
			expired: signed('expired', 'localhost', -1),
			wrongHost: signed('wrong', 'crm.example.com', 2),
			selfSigned: selfSigned('self', 'localhost'),
		};
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** Node reads NODE_EXTRA_CA_CERTS only when it starts; this adds an authority later. */
function trust(authority: Buffer): void {
	const original = tls.createSecureContext;
	tls.createSecureContext = (options) => {
		const context = original(options);
		(context.context as { addCACert(pem: Buffer): void }).addCACert(authority);
		return context;
	};
}
