import type { Entry } from '@tracedesk/contracts'
import { memo } from 'react'
import { useWords } from '../../i18n/index.ts'
import { EntryIcon, Seal, sealOf } from '../../shared/entry/marks.tsx'
import { EntrySentence } from '../../shared/entry/sentence.tsx'
import { useFormat } from '../../shared/format.ts'
import classes from './log.module.css'

interface EntryRowProps {
  entry: Entry
  index: number
  isOpen: boolean
  signedSize: number
  onOpen: (id: string) => void
}

/** An entry in the list: the whole row opens its detail, the chips in it lead further. */
export const EntryRow = memo(function EntryRow({ entry, index, isOpen, signedSize, onOpen }: EntryRowProps) {
  const words = useWords()
  const format = useFormat()
  const name = words(`eventName.${entry.event}`, entry.event)
  return (
    <article className={classes.row} data-open={isOpen || undefined} data-outcome={entry.outcome}>
      <button
        type="button"
        className={classes.opener}
        data-entry-row={index}
        aria-expanded={isOpen}
        title={format.exact(entry.at)}
        onClick={() => onOpen(entry.id)}
      >
        <time dateTime={entry.at}>{format.seconds(entry.at)}</time>
        <span className="visually-hidden">{name}</span>
      </button>
      <EntryIcon entry={entry} />
      <div className={classes.sentence}>
        <EntrySentence entry={entry} />
      </div>
      <Seal state={sealOf(entry.position, signedSize)} />
    </article>
  )
})
