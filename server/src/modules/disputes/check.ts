import { type ClaimInput, type Completeness, checkClaim, disputeClaimChecked } from '@tracedesk/contracts'
import type { z } from 'zod'
import type { Caller } from '../../command/caller.ts'
import { type Command, defineCommandHandler } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { instantFromMillis } from '../../kernel/instant.ts'
import { type Scope, scopeOf } from '../team/index.ts'
import { EVENTS_OF, type Finding, findFor, judgeClaim, type Matcher, READS_TEXTS } from './claims/index.ts'
import { type Matter, matterOf } from './matter.ts'
import { recordInFile } from './record.ts'
import { type SearchPort, searchMatter } from './search.ts'
import { lockDispute, readDispute } from './store.ts'

/** Phrase groups ready to be looked for, each in the version it has now. */
export interface Phrases {
  /** The groups of these ids that there are. */
  readonly groups: (
    db: ReadDb,
    workspaceId: string,
    ids: readonly string[],
  ) => Promise<{ id: string; version: number; matches: Matcher }[]>
  /** Words as they are searched in any script; null for words there is nothing to search in. */
  readonly words: (words: readonly string[]) => Matcher | null
}

export interface CheckPort extends SearchPort {
  readonly phrases: Phrases
}

/** What a check found, before it is recorded. */
export interface Checked {
  readonly finding: Finding
  readonly completeness: Completeness
  readonly groups: readonly { id: string; version: number }[]
}

/** Checks a claim about a matter, by entries alone. Throws `phrase_group.not_found`, `phrase_group.pattern_not_valid`. */
export async function checkMatter(
  port: CheckPort,
  { matter, caller, scope }: { matter: Matter; caller: Caller; scope: Scope },
  claim: ClaimInput,
  agentId: string | null,
): Promise<Checked> {
  const { matches, groups } = await matcherOf(port, caller.workspaceId, claim)
  const readsTexts = READS_TEXTS.has(claim.kind)
  const { entries, completeness } = await searchMatter(port, {
    matter,
    caller,
    scope,
    claim: claim.kind,
    agentId,
    events: EVENTS_OF[claim.kind],
    readsTexts,
  })
  const window = { from: matter.from, to: matter.to }
  const finding = findFor(claim, entries, { window, agentId, now: instantFromMillis(Date.now()), matches })
  return { finding, completeness, groups }
}

async function matcherOf({ db, phrases }: CheckPort, workspaceId: string, claim: ClaimInput) {
  const words = claim.kind === 'wording' || claim.kind === 'promised' ? claim.words : []
  const groupIds = claim.kind === 'wording' ? claim.phraseGroupIds : []
  const groups = groupIds.length > 0 ? await phrases.groups(db, workspaceId, groupIds) : []
  const unknown = groupIds.find(id => !groups.some(group => group.id === id))
  if (unknown) throw new ConsoleError('phrase_group.not_found', { phraseGroupId: unknown })
  const ofWords = words.length > 0 ? phrases.words(words) : () => false
  if (!ofWords) throw new ConsoleError('phrase_group.pattern_not_valid', { words: words.length })
  return {
    matches: (text: string) => ofWords(text) || groups.some(group => group.matches(text)),
    groups: groups.map(({ id, version }) => ({ id, version })),
  }
}

/** An entry has room for so many ids on each side. */
const IDS_MAX = 20

/** What the entry of a check says. */
function factsOf(claim: ClaimInput, agentId: string | null, checked: Checked) {
  const { finding, completeness, groups } = checked
  return {
    claim: claim.kind,
    agentId,
    seconds: claim.kind === 'replied_late' ? claim.seconds : null,
    groups: [...groups],
    labelIds: claim.kind === 'wrong_label' ? claim.labelIds : [],
    verdict: judgeClaim(claim.kind, finding, completeness.complete),
    for: finding.for.slice(0, IDS_MAX),
    forCount: finding.for.length,
    against: finding.against.slice(0, IDS_MAX),
    againstCount: finding.against.length,
    completeness,
  } as z.input<typeof disputeClaimChecked.data> // branded ids
}

const searchedWords = (claim: ClaimInput): string | undefined =>
  (claim.kind === 'wording' || claim.kind === 'promised') && claim.words.length > 0
    ? claim.words.join('\n')
    : undefined

/** `dispute.check_claim`: the log is searched before the transaction, and what was found is recorded in it. */
export function createCheckClaim(port: CheckPort): Command {
  return defineCommandHandler(checkClaim, {
    prepare: async ({ disputeId, claim, agentId }, caller) => {
      const scope = await scopeOf(port.db, caller)
      const dispute = await readDispute(port.db, caller.workspaceId, scope, disputeId)
      const matter = await matterOf(port.db, caller.workspaceId, dispute)
      return checkMatter(port, { matter, caller, scope }, claim, agentId ?? null)
    },
    handle: async (context, { disputeId, claim, agentId }, checked: Checked) => {
      const dispute = await lockDispute(context, disputeId)
      const facts = factsOf(claim, agentId ?? null, checked)
      const id = await recordInFile(context, dispute, disputeClaimChecked, facts, {
        text: searchedWords(claim),
      })
      return { check: { id, verdict: facts.verdict } }
    },
  }) as unknown as Command
}
