export declare const ROOT: string;
export declare const N8N_FOLDER: string;
export declare const RUN_FOLDER: string;
export declare class Trouble extends Error {}
export declare function step<T>(title: string, action: () => T | Promise<T>): Promise<T>;
export declare function npm(
	args: string[],
	options: { cwd: string; env?: Record<string, string> },
): Promise<string>;
export declare function nodePackage(): string | undefined;
export declare function nodeForN8n(): string;
