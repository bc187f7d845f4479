// Turns the STAR dialogues (../shared/data/star/dialogues.jsonl.gz) into tracedesk-ndjson, one line an event.
// Usage: node scripts/star-to-ndjson.ts dialogues.jsonl.gz OUT.ndjson
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { createGunzip } from 'node:zlib'

interface StarEvent {
  readonly Agent: string
  readonly Action: string
  readonly UnixTime?: number
  readonly Text?: string
  readonly ActionLabel?: string
  readonly ActionLabelOptions?: readonly string[]
  readonly [other: string]: unknown
}

interface Answer {
  readonly Question: string
  readonly Answer: unknown
}

interface Dialogue {
  readonly DialogueID: number
  readonly AnonymizedUserWorkerID: string
  readonly AnonymizedWizardWorkerID: string
  /** `woz_` and the Unix time at which the batch of dialogues was set up. */
  readonly BatchID: string
  readonly CompletionLevel: string
  readonly Events: readonly StarEvent[]
  readonly Scenario: Readonly<Record<string, unknown>>
  readonly UserQuestionnaire?: readonly Answer[]
  readonly WizardQuestionnaire?: readonly Answer[]
}

type Line = Readonly<Record<string, unknown>>

/**
 * The lines of one dialogue: its scenario, each event, and what the two sides answered afterwards. What has no time of
 * its own (look-up results, scenario, questionnaires) has that of its neighbour; the 95 dialogues without any event
 * have that of their batch. What the agent had on screen while writing (PrimaryItem) stands in the look-ups and is not
 * repeated with each message.
 */
export function convertDialogue(dialogue: Dialogue): Line[] {
  const customerKey = dialogue.AnonymizedUserWorkerID
  const agentKey = dialogue.AnonymizedWizardWorkerID
  const actors: Record<string, Line> = {
    User: { kind: 'customer', key: customerKey, name: `Customer ${customerKey.slice(0, 8)}` },
    Wizard: { kind: 'agent', key: agentKey, name: `Agent ${agentKey.slice(0, 8)}` },
    KnowledgeBase: { kind: 'system', key: 'knowledge base' },
    UserGuide: { kind: 'system', key: 'user guide' },
  }
  const batchTime = Number(dialogue.BatchID.replace(/^\D*/, ''))
  let seconds = dialogue.Events.find(event => event.UnixTime !== undefined)?.UnixTime ?? batchTime
  const lines: Line[] = []
  const add = (agent: string, rest: Line) =>
    lines.push({
      at: new Date(seconds * 1000).toISOString(),
      conversation: `star-${dialogue.DialogueID}`,
      customer: customerKey,
      actor: actors[agent],
      ...rest,
    })
  add('UserGuide', {
    event: 'star.scenario',
    data: { completionLevel: dialogue.CompletionLevel, ...dialogue.Scenario },
  })
  for (const event of dialogue.Events) {
    seconds = event.UnixTime ?? seconds
    add(event.Agent, convertEvent(event))
  }
  for (const [agent, answers] of [
    ['User', dialogue.UserQuestionnaire],
    ['Wizard', dialogue.WizardQuestionnaire],
  ] as const)
    if (answers?.length) add(agent, { event: 'star.questionnaire', data: { answers } })
  return lines
}

function convertEvent(event: StarEvent): Line {
  const { Agent, Action, UnixTime, Text, ActionLabel, ActionLabelOptions, ...data } = event
  const text = Text === undefined ? {} : { text: Text }
  switch (`${Agent}:${Action}`) {
    case 'User:utter':
      return { event: 'message.received', ...text }
    case 'Wizard:utter':
      return { event: 'message.sent', ...text }
    case 'Wizard:pick_suggestion': {
      const cannedReply = { key: ActionLabel, edited: false, offered: ActionLabelOptions }
      return { event: 'message.sent', data: { cannedReply }, ...text }
    }
    case 'User:complete':
      return { event: 'conversation.status_changed', data: { to: 'resolved' } }
    default:
      return { event: `star.${Action}`, data, ...text }
  }
}

/** Reads the gzipped dialogues, one JSON object a line. */
export async function* readDialogues(file: string): AsyncIterable<Dialogue> {
  for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()) }))
    yield JSON.parse(line)
}

/** Writes the lines of all dialogues to `out`; returns how many dialogues and lines there were. */
export async function convertStar(file: string, out: string): Promise<{ dialogues: number; lines: number }> {
  const counted = { dialogues: 0, lines: 0 }
  async function* convert() {
    for await (const dialogue of readDialogues(file)) {
      const lines = convertDialogue(dialogue)
      counted.dialogues++
      counted.lines += lines.length
      yield lines.map(line => `${JSON.stringify(line)}\n`).join('')
    }
  }
  await pipeline(Readable.from(convert()), createWriteStream(out))
  return counted
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [file, out] = process.argv.slice(2)
  if (!file || !out) {
    console.error('Usage: node scripts/star-to-ndjson.ts dialogues.jsonl.gz OUT.ndjson')
    process.exitCode = 2
  } else console.log(JSON.stringify(await convertStar(file, out)))
}
