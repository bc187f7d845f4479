import type { Part } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import classes from './part.module.css'

/** A personal piece as this reader gets it: its words, or an honest face in their place. */
export function PartFace({ part, children }: { part: Part; children?: (value: string) => React.ReactNode }) {
  const t = useT()
  if (part.state === 'open') return children ? children(part.value) : <bdi>{part.value}</bdi>
  return (
    <span
      className={`${classes.bar} ${classes[part.state]}`}
      title={part.state === 'withheld' ? t('part.withheldWhy') : undefined}
    >
      {part.state === 'erased' && part.by ? t('part.erasedBy', { by: part.by }) : t(`part.${part.state}`)}
    </span>
  )
}

/** The words of a part for places that take only text (tooltips, accessible names). */
export function usePartText(): (part: Part | null) => string {
  const t = useT()
  return part => {
    if (part === null) return t('part.none')
    return part.state === 'open' ? part.value : t(`part.${part.state}`)
  }
}
