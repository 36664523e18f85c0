import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';

export interface Certificate {
	key: Buffer;
	cert: Buffer;
}

type Certificates = Record<'good' | 'expired' | 'wrongHost' | 'selfSigned', Certificate>;

/**
 * Certificates made by OpenSSL for one test run: a good one for localhost, and bad ones. The
 * authority behind them is trusted by this process from here on, so that only the fault that is
 * meant shows.
 */
export function makeCertificates(): Certificates {
	const folder = mkdtempSync(join(tmpdir(), 'wolkvox-tls-'));
	try {
		return makeIn(folder);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function makeIn(folder: string): Certificates {
	const path = (name: string) => join(folder, name);
	const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
	const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

	openssl(
		'req',
		'-x509',
		...newKey,
		'-keyout',
		path('ca.key'),
		'-out',
		path('ca.pem'),
		'-subj',
		'/CN=Test authority',
		'-days',
		'2',
	);
	trust(readFileSync(path('ca.pem')));

	const signed = (name: string, host: string, days: string): Certificate => {
		writeFileSync(path('ext'), `subjectAltName=DNS:${host}`);
		openssl(
			'req',
			...newKey,
			'-keyout',
			path(`${name}.key`),
			'-out',
			path(`${name}.csr`),
			'-subj',
			`/CN=${host}`,
		);
		openssl(
			'x509',
			'-req',
			'-in',
			path(`${name}.csr`),
			'-CA',
			path('ca.pem'),
			'-CAkey',
			path('ca.key'),
			'-CAcreateserial',
			'-days',
			days,
			'-extfile',
			path('ext'),
			'-out',
			path(`${name}.pem`),
		);
		return { key: readFileSync(path(`${name}.key`)), cert: readFileSync(path(`${name}.pem`)) };
	};

	openssl(
		'req',
		'-x509',
		...newKey,
		'-keyout',
		path('self.key'),
		'-out',
		path('self.pem'),
		'-subj',
		'/CN=localhost',
		'-days',
		'2',
	);
	return {
		good: signed('good', 'localhost', '2'),
		expired: signed('expired', 'localhost', '-1'),
		wrongHost: signed('wrong', 'crm.example.com', '2'),
		selfSigned: { key: readFileSync(path('self.key')), cert: readFileSync(path('self.pem')) },
	};
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
