/** Reads that need no session. */
export const OPEN_QUERIES: ReadonlySet<string> = new Set(['setup.state', 'invitation.get', 'oidc.offer'])
