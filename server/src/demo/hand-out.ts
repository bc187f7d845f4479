import { setTimeout as sleep } from 'node:timers/promises'
import type { Conversation } from '@tracedesk/contracts'
import { type DeskClient, DeskRefusal } from './desk-client.ts'
import { SEATS } from './team.ts'

const SHARE = 2
const LOOK_MS = 2_000

/**
 * Gives the agents nobody plays some of the first customers who wait, so that whoever signs in as one of them has
 * somebody to answer. Ends when each holds their share, or with `signal`.
 */
export async function handOut(owner: DeskClient, signal: AbortSignal): Promise<void> {
  const waiting = SEATS.filter(({ role, scripted }) => role === 'agent' && !scripted)
  const agents = (await owner.ask('agent.list', {})).items
  const ids = waiting.flatMap(({ email }) => agents.find(agent => agent.email === email)?.id ?? [])
  while (!signal.aborted) {
    const { items } = await owner.ask('conversation.list', { status: 'in_progress', limit: 100 })
    const short = ids.filter(id => items.filter(({ assignee }) => assignee?.id === id).length < SHARE)
    if (short.length === 0) return
    await giveOne(owner, items, short, ids)
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {}) // ended while waiting: the loop sees it
  }
}

type AgentId = NonNullable<Conversation['assignee']>['id']

/** To each who has too few, somebody who waits at another’s. */
async function giveOne(
  owner: DeskClient,
  items: readonly Conversation[],
  short: readonly AgentId[],
  all: readonly AgentId[],
): Promise<void> {
  const free = items.filter(
    ({ waitingSince, assignee }) => waitingSince && !(assignee && all.includes(assignee.id)),
  )
  for (const [index, agentId] of short.entries()) {
    const talk = free[index]
    if (!talk) return
    try {
      await owner.do('conversation.assign', { conversationId: talk.id, agentId })
    } catch (error) {
      if (!(error instanceof DeskRefusal)) throw error // a colleague was faster: another one waits soon
    }
  }
}
