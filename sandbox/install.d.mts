export declare function install(): Promise<string>;
export declare function npmCi(folder: string): Promise<string>;
export declare function addSqlite(folder: string, node: string): Promise<void>;
