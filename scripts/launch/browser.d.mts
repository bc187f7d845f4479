export function findBrowser(env?: Readonly<Record<string, string | undefined>>): string | null
export function ensureBrowser(): string | null
