import type { Entry } from '@tracedesk/contracts'
import { sentenceVariant, spokenPart } from '@tracedesk/contracts/rules'
import { useT, useWords } from '../../i18n/index.ts'
import { PartFace } from '../ui/part.tsx'
import { ActorChip, AgentChip, BotChip, ConversationChip, CustomerChip, SubjectChip } from './chips.tsx'
import classes from './entry.module.css'
import { Fact } from './fact.tsx'
import { Words } from './words.tsx'

/** An entry as a sentence of chips in the reader's language. */
export function EntrySentence({ entry }: { entry: Entry }) {
  const words = useWords()
  const general = words(`event.${entry.event}`, `{{actor}} · ${entry.event}`)
  const variant = sentenceVariant(entry)
  const template = variant ? words(`variant.${variant}`, general) : general
  return (
    <span className={classes.sentence}>
      <Words template={template} chip={name => <SentenceChip entry={entry} name={name} />} />
    </span>
  )
}

function SentenceChip({ entry, name }: { entry: Entry; name: string }) {
  // words of a case lie in one of two places
  if (entry.event.startsWith('dispute.') && /^(own)?(text|title)$/i.test(name) && !entry.parts[name])
    return null
  if (name === 'actor') return <Actor entry={entry} />
  if (name === 'customer') return <CustomerChip entry={entry} />
  if (name === 'conversation') return <ConversationChip entry={entry} />
  if (name === 'bot') return <BotChip entry={entry} />
  if (name === 'subject') return <SubjectChip entry={entry} />
  if (name === 'text' || name === 'email' || entry.parts[name] || isFileName(entry, name))
    return <Quote entry={entry} part={name} />
  return <Fact event={entry.event} field={name} value={entry.data[name] ?? null} />
}

/** A photo has no name of its own: it is told by its kind. */
const isFileName = ({ event }: Entry, name: string): boolean => name === 'name' && event.startsWith('file.')

/** Who acted, and in whose name when that was not their own. */
export function Actor({ entry }: { entry: Entry }) {
  const words = useWords()
  const { onBehalfOf } = entry
  return (
    <>
      <ActorChip entry={entry} />
      {onBehalfOf && (
        <span className={classes.quiet}>
          {' ('}
          <Words template={words('chip.inNameOf', '{{agent}}')} chip={() => <AgentChip id={onBehalfOf} />} />
          {')'}
        </span>
      )}
    </>
  )
}

/** The words of a message or note, cut to one line by the style. */
function Quote({ entry, part: name }: { entry: Entry; part: string }) {
  const t = useT()
  const words = useWords()
  const part = entry.parts[name]
  const { kind } = entry.data
  // a case and an export have kinds as well, which are no kinds of message
  const word = typeof kind === 'string' && kind !== 'text' ? words(`kind.${kind}`, '') : ''
  const isText = word === ''
  return (
    <>
      {!isText && <b className={classes.value}>{word} </b>}
      {part ? (
        <PartFace part={part}>{value => <Quoted value={spokenPart(name, value)} />}</PartFace>
      ) : (
        isText && <em className={classes.quiet}>{t('chip.noText')}</em>
      )}
    </>
  )
}

function Quoted({ value }: { value: string }) {
  const t = useT()
  if (value === '') return <em className={classes.quiet}>{t('part.none')}</em>
  return (
    <q className={classes.quote} dir="auto">
      {value}
    </q>
  )
}
