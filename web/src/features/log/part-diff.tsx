import { useT } from '../../i18n/index.ts'
import { diffWords } from './diff-words.ts'
import classes from './explorer.module.css'

/** Two versions of a text as one, with what went and what came marked. */
export function PartDiff({ before, after }: { before: string; after: string }) {
  const t = useT()
  return (
    <section className={classes.textDiff} aria-label={t('log.detail.changes')}>
      {diffWords(before, after).map(({ kind, text }, index) =>
        kind === 'same' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one diff never move
          <span key={index}>{text}</span>
        ) : kind === 'gone' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <del key={index}>{text}</del>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <ins key={index}>{text}</ins>
        ),
      )}
    </section>
  )
}
