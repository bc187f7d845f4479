let owner = ''

/** Says whose browser this is now: what is kept for somebody is shown to nobody else who signs in here. */
export function setBrowserOwner(agentId: string): void {
  owner = agentId
}

/** The name under which this browser keeps something for whoever is signed in. */
export const ownKey = (name: string): string => `tracedesk.${owner}.${name}`
