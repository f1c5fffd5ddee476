export function serveStudio(port: number): Promise<{ origin: string; close(): Promise<void> }>;
