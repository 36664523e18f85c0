import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';

interface Certificate {
	key: Buffer;
	cert: Buffer;
}

type Fault =
	| 'expired'
	| 'wrongHost'
	| 'selfSigned'
	| 'forClients'
	| 'pathTooLong'
	| 'shortKey'
	| 'sha1';

const EC = 'ec -pkeyopt ec_paramgen_curve:prime256v1';

interface SigningSettings {
	host?: string;
	days?: number;
	key?: string;
	digest?: string;
	extensions?: string[];
	/** The name of the authority that signs. */
	by?: string;
}

/**
 * Certificates made by OpenSSL for one test run: a good one for localhost, and bad ones. This
 * process trusts the authority behind them from then on, so that only the intended fault shows.
 */
export function makeCertificates(): Record<'good' | Fault, Certificate> {
	const folder = mkdtempSync(join(tmpdir(), 'wolkvox-tls-'));
	const openssl = (command: string) =>
		execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'pipe' });
	const read = (file: string) => readFileSync(join(folder, file));
	const certificate = (name: string): Certificate => ({
		key: read(`${name}.key`),
		cert: read(`${name}.pem`),
	});

	const selfSigned = (name: string, subject: string): Certificate => {
		const files = `-nodes -keyout ${name}.key -out ${name}.pem`;
		openssl(`req -x509 -newkey ${EC} ${files} -subj /CN=${subject} -days 2`);
		return certificate(name);
	};
	const signed = (
		name: string,
		{
			host = 'localhost',
			days = 2,
			key = EC,
			digest = 'sha256',
			extensions = [],
			by = 'ca',
		}: SigningSettings = {},
	): Certificate => {
		writeFileSync(
			join(folder, `${name}.ext`),
			[`subjectAltName=DNS:${host}`, ...extensions].join('\n'),
		);
		openssl(`req -newkey ${key} -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${name}`);
		const authority = `-CA ${by}.pem -CAkey ${by}.key -CAcreateserial`;
		const settings = `-${digest} -days ${days} -extfile ${name}.ext`;
		openssl(`x509 -req -in ${name}.csr ${authority} ${settings} -out ${name}.pem`);
		return certificate(name);
	};
	/** An authority below another one, which may have none below it. */
	const signedTooFarDown = (): Certificate => {
		const authority = 'basicConstraints=critical,CA:TRUE';
		const upper = signed('upper', { extensions: [`${authority},pathlen:0`] });
		const lower = signed('lower', { extensions: [authority], by: 'upper' });
		const { key, cert } = signed('far', { by: 'lower' });
		return { key, cert: Buffer.concat([cert, lower.cert, upper.cert]) };
	};

	try {
		trust(selfSigned('ca', 'test-authority').cert);
		return {
			good: signed('good'),
			expired: signed('expired', { days: -1 }),
			wrongHost: signed('wrong', { host: 'crm.example.com' }),
			selfSigned: selfSigned('self', 'localhost'),
			forClients: signed('client', { extensions: ['extendedKeyUsage=clientAuth'] }),
			pathTooLong: signedTooFarDown(),
			shortKey: signed('short', { key: 'rsa:768' }),
			sha1: signed('sha1', { digest: 'sha1' }),
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
